"""A hook that posts what becomes of its model, as JSON. With nobody listening it only says so."""

import json
from urllib.request import Request, urlopen

from fal.typing import *

model = context.current_model
url = context.arguments["url"]
message = {
    "text": context.arguments["text"],
    "model": model.name,
    "status": model.status,
    "owner": model.meta["owner"],
}

try:
    body = json.dumps(message).encode()
    urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=5).close()
    print(f"notified: {message['text']}")
except OSError as error:
    print(f"not notified, {url} does not answer: {error}")
