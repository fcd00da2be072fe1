# SPDX-License-Identifier: MIT
"""SDK-HMAC-SHA256, written from its description and not from the C code, so that each checks the other."""

import datetime
import hashlib
import hmac
import urllib.parse


def encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def date(offset_s=0):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset_s)
    return now.strftime("%Y%m%dT%H%M%SZ")


def signature(method, path, query, headers, body, sk):
    """Returns the signature. headers: the signed ones, in any case. query: pairs, decoded. path: decoded."""
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    names = sorted(lower)
    uri = "/".join(encode(segment) for segment in path.split("/"))
    if not uri.endswith("/"):
        uri += "/"
    payload = lower.get("x-sdk-content-sha256") or hashlib.sha256(body).hexdigest()
    canonical = "\n".join(
        [
            method,
            uri,
            "&".join(f"{encode(k)}={encode(v)}" for k, v in sorted(query)),
            "".join(f"{name}:{lower[name]}\n" for name in names),
            ";".join(names),
            payload,
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"SDK-HMAC-SHA256\n{lower['x-sdk-date']}\n{digest}"
    return hmac.new(sk.encode(), text.encode(), hashlib.sha256).hexdigest()


def authorization(ak, names, signed):
    listed = ";".join(sorted(name.lower() for name in names))
    return f"SDK-HMAC-SHA256 Access={ak}, SignedHeaders={listed}, Signature={signed}"


def sign(method, path, query, headers, body, ak, sk):
    """Returns the Authorization header of a request whose headers are all signed."""
    return authorization(ak, headers, signature(method, path, query, headers, body, sk))
