"""What Python's cryptography reads, and makes for others to read: JSON from stdin to stdout."""

import datetime
import json
import random
import sys
import warnings

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

warnings.simplefilter("ignore")
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.timezone.utc)


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def spki(key):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.DER, form).hex()


def name(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def signed(subject, key, issuer, issuer_key, days=(-1, 300), extensions=()):
    builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(NOW + days[0] * DAY).not_valid_after(NOW + days[1] * DAY)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    edwards = isinstance(issuer_key, ed25519.Ed25519PrivateKey)
    return builder.sign(issuer_key, None if edwards else hashes.SHA256())


def container(path, passwords):
    """The first password that opens it counts."""
    with open(path, "rb") as file:
        data = file.read()
    for password in passwords:
        try:
            secret = None if password is None else password.encode()
            key, own, others = pkcs12.load_key_and_certificates(data, secret)
        except Exception:
            continue
        return {
            "key": key and spki(key.public_key()),
            "leaf": own and own.public_bytes(serialization.Encoding.DER).hex(),
            "certificates": [
                one.public_bytes(serialization.Encoding.DER).hex() for one in ([own] if own else []) + others
            ],
        }
    return None


def certificate(text):
    try:
        return [
            one.public_bytes(serialization.Encoding.DER).hex()
            for one in x509.load_pem_x509_certificates(text.encode())
        ]
    except Exception:
        return None


AUTHORITY = ec.generate_private_key(ec.SECP256R1())


def certified(text):
    """A certificate for a private key, by an authority that the key does not belong to."""
    try:
        public = serialization.load_pem_private_key(text.encode(), None).public_key()
        return pem(signed("own", public, "authority", AUTHORITY))
    except Exception:
        return None


def new_key(chance):
    kind = chance.random()
    if kind < 0.1:
        return rsa.generate_private_key(65537, 2048)
    if kind < 0.2:
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(chance.choice([ec.SECP256R1(), ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()]))


def identifiers(chance, key, authority):
    """What a certificate says of its own key and of its issuer's: whatever authorities write."""
    found = []
    if chance.random() < 0.7:
        found.append(x509.SubjectKeyIdentifier.from_public_key(key))
    if authority is not None and chance.random() < 0.7:
        by_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
        names = [x509.DirectoryName(authority.issuer)]
        by_serial = x509.AuthorityKeyIdentifier(None, names, authority.serial_number)
        both = x509.AuthorityKeyIdentifier(by_key.key_identifier, names, authority.serial_number)
        found.append(chance.choice([by_key, by_key, by_serial, both]))
    return found


def bundle(chance):
    """A key with its certificate and authorities above it: renewed, given a new key, cross-signed, expired, strangers."""
    kept = []

    def issue(subject, key, authority, authority_key, is_authority=True, days=None):
        days = days or chance.choice([(-400, 300), (-400, 500), (-400, -30)] if is_authority else [(-1, 90)])
        extensions = identifiers(chance, key.public_key(), authority)
        extensions.append(x509.BasicConstraints(is_authority, None))
        issuer = subject if authority is None else authority.subject.rfc4514_string()[3:]
        made = signed(subject, key.public_key(), issuer, authority_key, days, extensions)
        kept.append(made)
        return made

    root_key = new_key(chance)
    above, above_key = issue("Root", root_key, None, root_key, days=(-400, 900)), root_key
    if chance.random() < 0.3:
        issue("Root", root_key, None, root_key)
    for level in range(chance.randint(0, 3)):
        subject, key = f"Level {level}", new_key(chance)
        own = issue(subject, key, above, above_key, days=(-400, 400))
        if chance.random() < 0.3:
            issue(subject, key, above, above_key)
        if chance.random() < 0.3:
            namesake = new_key(chance)
            issue(subject, namesake, above, above_key)
        if chance.random() < 0.3:
            other = new_key(chance)
            issue(subject, key, issue(f"Other root {level}", other, None, other), other)
        above, above_key = own, key
    key = new_key(chance)
    issue("own", key, above, above_key, is_authority=False)
    if chance.random() < 0.2:
        issue("own", key, above, above_key, is_authority=False, days=(-400, -30))
    if chance.random() < 0.3:
        stranger = new_key(chance)
        issue("stranger", stranger, None, stranger)
    stored = kept + ([chance.choice(kept)] if chance.random() < 0.2 else [])
    chance.shuffle(stored)
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
    return {
        "key": secret,
        "certificates": [pem(one) for one in stored],
        "issuers": [[at for at, other in enumerate(stored) if is_issuer(other, one)] for one in stored],
        "valid": [one.not_valid_after_utc > NOW for one in stored],
    }


def is_issuer(authority, one):
    try:
        one.verify_directly_issued_by(authority)
        return True
    except Exception:
        return False


asked = json.load(sys.stdin)
chance = random.Random(asked["seed"])
json.dump(
    {
        "containers": [container(**one) for one in asked["containers"]],
        "certificates": [certificate(text) for text in asked["certificates"]],
        "keys": [certified(text) for text in asked["keys"]],
        "bundles": [bundle(chance) for _ in range(asked["bundles"])],
    },
    sys.stdout,
)
