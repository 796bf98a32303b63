"""The mail that the benchmarks read: made, always the same, and like what people have."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

_LINE = b"The quick brown fox jumps over the lazy dog, and then it does so once again.\r\n"
_SHORT = b". dots\r\n"


def text(octets: int) -> bytes:
    """Return a message of about that many octets, in lines of 78."""
    return _HEADERS % (1, 1, 1, 1) + _LINE * (octets // len(_LINE))


def attachment(octets: int) -> bytes:
    """Return a message of about that many octets in base64, as most large messages are."""
    line = b"TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQsIGNvbnNldGV0dXIgc2FkaXBzY2luZyBlbGl0ciwg\r\n"
    return _HEADERS % (1, 1, 1, 1) + line * (octets // len(line))


def dotted(octets: int) -> bytes:
    """Return a message in which every line of the body begins with a dot, as it is kept."""
    line = b"." + _LINE[1:]
    return _HEADERS % (1, 1, 1, 1) + line * (octets // len(line))


def stuffed(message: bytes) -> bytes:
    """Return the body of the answer that brings *message*, with its final dot."""
    return message.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def small(count: int, octets: int = 5000) -> list[bytes]:
    """Return *count* messages of that many octets, no two the same."""
    filler = b"".join(itertools.repeat(_LINE, octets // len(_LINE) + 1))
    found = []
    for number in range(1, count + 1):
        headers = _HEADERS % ((number,) * 4)
        body = filler[: octets - len(headers) - 2]
        found.append(headers + body + b"\r\n")
    return found


def with_lf(messages: Iterable[bytes]) -> list[bytes]:
    """Return *messages* as they are kept on Unix."""
    return [message.replace(b"\r\n", b"\n") for message in messages]


def listing(count: int, value: bytes) -> bytes:
    """Return the lines of a listing of *count* messages; *value* is a pattern for the number."""
    return b"".join(b"%d " % number + value % number + b"\r\n" for number in range(1, count + 1))


#: A header block of today: some relays, a signature, a list. One number in four places.
_HEADERS = b"""\
Return-Path: <bounces+%d@lists.example.org>
Received: from mx.example.net (mx.example.net [192.0.2.25])
\tby mail.example.org (Postfix) with ESMTPS id 4Qx7%06dz3Hn
\tfor <ann@example.org>; Fri, 27 Nov 2026 09:12:41 +0000 (UTC)
Received: from lists.example.org (lists.example.org [198.51.100.7])
\tby mx.example.net (Postfix) with ESMTPS id 4Qx7aa1z9Fk
\tfor <ann@example.org>; Fri, 27 Nov 2026 09:12:39 +0000 (UTC)
Received: from localhost (localhost [127.0.0.1])
\tby lists.example.org (Postfix) with ESMTP id 9D1C3A0F4E;
\tFri, 27 Nov 2026 10:12:38 +0100 (CET)
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=example.org; s=2026;
\tt=1795770758; bh=g3zLYH4xKxcPrHOD18z9YfpQcnk/GaJedfustWU5uGs=;
\th=Date:From:To:Subject:List-Id:List-Unsubscribe;
\tb=kJ7ZqM2o4y8L0sW5pXcVb3nT6rEaU9iDfGhQwYzOtRlBvCxNmKjHgFdSaPoIuYtReWq1
\t2Lk8Jh4Gf6Ds0Az9Xc3Vb5Nm7Qw1Er2Ty3Ui4Op5As6Df7Gh8Jk9Lz0Xc1Vb2Nm3==
Date: Fri, 27 Nov 2026 10:12:38 +0100
From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <juergen@example.org>
To: The mail people <mail@lists.example.org>
Cc: Ann Example <ann@example.org>, "Bob, the Other" <bob@example.com>
Message-ID: <20261127101238.%d@example.org>
In-Reply-To: <20261126180000.17@example.net>
References: <20261125120000.3@example.com> <20261126180000.17@example.net>
Subject: [mail] Re: The agenda of the meeting in winter, number %d
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"; format=flowed
Content-Transfer-Encoding: 7bit
List-Id: The mail people <mail.lists.example.org>
List-Unsubscribe: <https://lists.example.org/leave>, <mailto:leave@lists.example.org>
X-Spam-Status: No, score=-2.1 required=5.0 tests=BAYES_00,DKIM_SIGNED,DKIM_VALID

""".replace(b"\n", b"\r\n")
