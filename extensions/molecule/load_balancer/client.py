"""A user and an agent at a load balancer: who answers, with a session and without.

usage: client.py ADDRESS. Prints one JSON object.
"""

import http.client
import json
import socket
import ssl
import sys

ADDRESS = sys.argv[1]


def get(port=8080, cookie="", tls=False):
    context = ssl._create_unverified_context()
    kinds = {False: http.client.HTTPConnection, True: http.client.HTTPSConnection}
    connection = kinds[tls](ADDRESS, port, timeout=10, **({"context": context} if tls else {}))
    connection.request("GET", "/client/", headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    body = answer.read().decode()
    return answer.status, body, (answer.getheader("Set-Cookie") or "").split(";")[0], answer.getheader("Location")


def agent():
    with socket.create_connection((ADDRESS, 8250), 10) as connection:
        return connection.makefile().readline().strip()


def unanswered(port):
    try:
        socket.create_connection((ADDRESS, port), 2).close()
    except OSError:
        return True
    return False


first = get()
print(
    json.dumps(
        {
            "status": first[0],
            "fresh": sorted({get()[1].split()[0] for nth in range(8)}),
            "session": sorted({get(cookie=first[2])[1].split()[0] for nth in range(8)} | {first[1].split()[0]}),
            "agents": sorted({agent() for nth in range(8)}),
            "tls": get(443, tls=True)[1].split()[1:],
            "redirect": get(80)[3],
            "unauthenticated_closed": unanswered(8096),
        }
    )
)
