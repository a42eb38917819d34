"""A mail server for tests. Each line on standard input changes how it answers; each mail it takes is a line on standard output."""
import argparse
import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

options = argparse.ArgumentParser()
options.add_argument("--port", type=int, default=0)
options.add_argument("--certificate")
options.add_argument("--user")
options.add_argument("--password")
options = options.parse_args()

mode = "take"


def say(**line):
    print(json.dumps(line), flush=True)


class Server(SMTP):
    async def smtp_AUTH(self, arg):
        # aiosmtpd wants the mechanism in capitals, mail servers do not mind.
        mechanism, _, rest = (arg or "").partition(" ")
        await super().smtp_AUTH(f"{mechanism.upper()} {rest}".strip())


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if mode == "no-such-user":
            return "550 5.1.1 There is nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if mode == "refuse":
            return "554 5.7.1 Not wanted here"
        if mode == "later":
            return "451 4.3.0 Come back later"
        if mode == "slow":
            await asyncio.sleep(30)
        say(
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            content=base64.b64encode(envelope.original_content).decode(),
            tls=session.ssl is not None,
            user=session.auth_data,
        )
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    known = (data.login.decode(), data.password.decode()) == (options.user, options.password)
    return AuthResult(success=known, auth_data=data.login.decode() if known else None, handled=False)


async def listen():
    global mode
    tls = None
    if options.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.certificate)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Server(
            Handler(),
            hostname="mail.test",
            loop=loop,
            enable_SMTPUTF8=True,
            tls_context=tls,
            authenticator=authenticate if options.user else None,
            auth_required=options.user is not None,
        ),
        "127.0.0.1",
        options.port,
    )
    say(port=server.sockets[0].getsockname()[1])
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        mode = line.strip()
        say(mode=mode)


asyncio.run(listen())
