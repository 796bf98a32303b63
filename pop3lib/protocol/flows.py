"""Policy in several steps: starting TLS, logging in.

A flow is a generator of commands; the core steps it. It reads like the blocking code one would
write, and serves every adapter.
"""

from __future__ import annotations

from pop3lib.errors import CommandError, InsecureError, UnsupportedError
from pop3lib.protocol.apop import digest, stamp
from pop3lib.protocol.capabilities import Capabilities
from pop3lib.protocol.commands import Apop, Auth, Capa, Pass, Stls, User
from pop3lib.protocol.commands.checks import check_repertoire
from pop3lib.protocol.exchange import Flow
from pop3lib.protocol.session import Session
from pop3lib.sasl import Credentials, candidates, mechanism_for
from pop3lib.sasl.mechanism import ExplainsRefusal, Mechanism
from pop3lib.sasl.prep import saslprep

__all__ = ["apop", "capabilities", "log_in", "start_tls"]


def capabilities(session: Session) -> Flow[Capabilities]:
    """Ask CAPA unless the answer is known in this state; without CAPA there are none."""
    if session.capabilities is None:
        try:
            yield from Capa()
        except CommandError:
            session.capabilities = Capabilities()  # asked and refused: do not ask again
    return session.known()


def start_tls(session: Session) -> Flow[None]:
    """Have TLS or an error: required means required (:rfc:`2595#section-2.2`).

    Where CAPA is refused STLS is tried all the same: no list is no permission to go on in clear.
    """
    known = yield from capabilities(session)
    if known and not known.stls:
        raise InsecureError(
            "the server does not offer STLS, or someone in between removed it from the list. "
            "Nothing secret was sent. Try Security.TLS (port 995)"
        )
    try:
        yield from Stls()
    except CommandError as error:
        raise InsecureError(
            "TLS is required, and the server refused STLS: "
            f"{error.reply.display.strip() or 'no reason given'}. Nothing secret was sent"
        ) from error


def log_in(
    session: Session, credentials: Credentials, mechanism: str | Mechanism | None = None
) -> Flow[None]:
    """Log in the strongest way that the server and the channel allow; one attempt.

    Afterwards the capabilities are asked again where the server has CAPA: they may differ by
    state (:rfc:`2449#section-5`; Gmail announces PIPELINING only then).
    """
    known = yield from capabilities(session)
    if mechanism is None:
        yield from _choose(session, credentials, known)
    elif not isinstance(mechanism, str):
        yield from Auth(mechanism)
    elif mechanism.upper() == "USER":
        yield from _user_pass(session, credentials)
    elif mechanism.upper() == "APOP":
        yield from apop(session, credentials)
    else:
        yield from _auth(mechanism_for(mechanism.upper(), credentials, known.sasl))
    if known:
        yield from capabilities(session)


def _choose(session: Session, credentials: Credentials, known: Capabilities) -> Flow[None]:
    clear = session.secure or session.allow_insecure_login
    for mechanism in candidates(known.sasl, credentials, clear=clear):
        yield from _auth(mechanism)
        return
    if credentials.token is not None:
        raise UnsupportedError(
            "the server offers neither OAUTHBEARER nor XOAUTH2; nothing was sent. If it has one "
            'without saying so, name it: mechanism="XOAUTH2"'
        )
    yield from _user_pass(session, credentials)


def _auth(mechanism: Mechanism) -> Flow[None]:
    exchange = yield Auth(mechanism)
    try:
        exchange.result()
    except CommandError as error:
        conversation = exchange.conversation
        in_one_line = conversation is not None and conversation.in_one_line
        refusal = mechanism.refusal if isinstance(mechanism, ExplainsRefusal) else {}
        if mechanism.name != "XOAUTH2" or not in_one_line or error.code is not None or refusal:
            raise
        # Office 365 takes XOAUTH2 only in two lines (getmail6 #256). It refused the form, not
        # the token: then there would have been a code, or a challenge that explains.
        yield from Auth(mechanism, initial_response=False)


def _user_pass(session: Session, credentials: Credentials) -> Flow[None]:
    password = Pass(credentials.need_password())
    password.check(session)  # before the name is sent in vain
    yield from User(credentials.user)
    yield from password


def apop(session: Session, credentials: Credentials) -> Flow[None]:
    """Log in by APOP; only on request, and only with a well-formed stamp (CVE-2007-1558)."""
    found = stamp(session.greeting)
    if found is None:
        raise UnsupportedError(
            "APOP needs a stamp like <1896.697170952@dbc.mtview.ca.us> in the greeting, and it "
            "has none that can be used (after STLS the greeting counts no more); nothing was sent"
        )
    user, password = credentials.user, credentials.need_password()
    if not (user.isascii() and password.reveal().isascii()):
        yield from capabilities(session)
    # RFC 6856 section 2.2: MUST apply SASLprep, to the password as to a stored string
    prepared = saslprep(password, "password", stored=True)
    login = Apop(saslprep(user, "user name"), digest(found, prepared))
    check_repertoire(login, password, session)
    yield from login
