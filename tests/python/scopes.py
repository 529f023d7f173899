"""A check for Schemathesis: nobody is served who was not granted what the document says that an operation needs.

GRANTED is what the key of the run was granted (empty: there is no key), KEY is the key.
"""

import os

import schemathesis

SCOPES = ["", "read", "add", "write", "admin"]
# What is said of the request itself, before anybody is asked who they are: an address that cannot be read, too many wrong keys.
OF_ANYBODY = {400, 414, 429, 431}


@schemathesis.check
def scopes(ctx, response, case):
    if response.request.method.upper() != case.operation.method.upper():
        return  # Another method than the operation's: `unsupported_method` looks at these.
    key = os.environ.get("KEY", "")
    shown = response.request.headers.get("X-API-Key")
    shown = shown.decode("latin-1") if isinstance(shown, bytes) else shown
    granted = SCOPES.index(os.environ["GRANTED"]) if key and shown == key else 0
    security = case.operation.definition.raw.get("security") or []
    needed = max([SCOPES.index(scope) for way in security for scopes in way.values() for scope in scopes], default=0)
    status = response.status_code
    if granted >= needed:
        assert status not in (401, 403), f"granted {SCOPES[granted]!r}, {status} where {SCOPES[needed]!r} is needed"
    elif status not in OF_ANYBODY:
        expected = 403 if granted else 401
        assert status == expected, f"granted {SCOPES[granted]!r}, {status} and not {expected}"
