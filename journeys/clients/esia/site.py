"""A site that was written for ESIA: it signs people in by esia-connector as its
registry has it, unchanged, and is told another host and other keys. It is driven by
the tests: it reads what it is told as lines of JSON and says as lines of JSON where
the browser has to go and what it got. The words are those of ../../clients_esia_test.go."""

import json
import os
import sys
import time
from urllib.parse import parse_qs, urlencode, urlsplit

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "modules"))

import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from esia_connector.client import EsiaAuth, EsiaSettings
from esia_connector.exceptions import HttpError


def hear():
    return json.loads(sys.stdin.readline())


def say(**words):
    print(json.dumps(words), flush=True)


def refused(call):
    try:
        call()
    except HttpError as no:
        answer = no.args[0].response
        return "%d %s" % (answer.status_code, answer.json()["error_description"].split(":")[0])
    return "no"


told = hear()
pinned = os.path.join(told["folder"], "provider.pem")
certificate = x509.load_pem_x509_certificate(requests.get(told["host"] + "/aas/oauth2/certificates.pem", timeout=10).content)
with open(pinned, "wb") as out:
    out.write(certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

auth = EsiaAuth(EsiaSettings(esia_client_id=told["client"], redirect_uri=told["redirect"], certificate_file=told["certificate"],
                             private_key_file=told["key"], esia_service_url=told["host"], esia_scope=told["scope"], esia_token_check_key=pinned))
say(go=auth.get_auth_url())

back = parse_qs(urlsplit(hear()["back"]).query)
code, state = back["code"][0], back["state"][0]
person = auth.complete_authorization(code, state)
lists = {name: person.esia_request("%s/rs/prns/%s/%s" % (told["host"], person.oid, name)) for name in ("orgs", "roles")}
opened = person.get_person_main_info()
time.sleep(1)  # the library signs whole seconds: within the same one a second request would have the first one's words
say(oid=person.oid, main=opened, contacts=person.get_person_contacts(), documents=person.get_person_documents(),
    addresses=person.get_person_addresses(), lists=lists,
    stranger=refused(lambda: person.esia_request("%s/rs/prns/1000000000" % told["host"])),
    organisation=refused(lambda: person.esia_request("%s/rs/orgs/1000000001" % told["host"])),
    again=refused(lambda: auth.complete_authorization(code, state)),
    after=refused(person.get_person_main_info))

say(go="%s/idp/ext/Logout?%s" % (told["host"], urlencode({"client_id": told["client"], "redirect_url": told["after"]})))
