"""Serves moto on a port that the system chooses, says where, and ends with whoever started it.

One request at a time: in threads, as its own command serves it, moto loses some of the writes that meet at one item.
"""

import os
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    def log_request(self, code="-", size="-"):
        pass


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


application = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, application, request_handler=Quiet)
print(f"http://127.0.0.1:{server.port}", flush=True)
threading.Thread(target=end_with_parent, daemon=True).start()
server.serve_forever()
