#!/usr/bin/env bash
# courier.sh WORK PROGRAMS PORT TLSPORT: run Courier's POP3 server. To be called in mount and
# process namespaces of its own, with Courier's settings in the environment.
set -euo pipefail
work=$1 programs=$2 port=$3 tls_port=$4

# Courier looks for its files in these two places only.
mount --bind "$work/etc" /etc/courier
mount --bind "$work/run" /run
makeuserdb

listen=(couriertcpd -address=127.0.0.1 -maxprocs=40 -maxperip=40 -nodnslookup -noidentlookup)
pop3=("$programs/courierpop3login" "$programs/courierpop3d" Maildir)

# This is the first process of its namespace: when it ends, the kernel ends the others.
trap 'exit 0' TERM INT
/usr/lib/courier/courier-authlib/authdaemond &
POP3_STARTTLS=YES "${listen[@]}" "$port" "${pop3[@]}" &
POP3_STARTTLS=NO POP3_TLS=1 "${listen[@]}" "$tls_port" "$COURIERTLS" -server -tcpd "${pop3[@]}" &
wait -n
echo "courier.sh: one of its processes has ended"
exit 1
