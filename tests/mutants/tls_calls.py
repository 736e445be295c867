"""What mutants of TLS have in common: a door into each create_connection() call."""

from __future__ import annotations

import ssl
from typing import Any

from . import SoundLoop


class Spoiled(SoundLoop):
    """No mutant itself: shows each create_connection() to its heirs, who change something."""

    def arrange(self, call: dict[str, Any]) -> None:
        """Change the arguments, among them `factory`, before the call."""

    def adopt(self, protocol: Any) -> None:
        """Change the protocol that the factory made."""

    def failed(self, error: Exception, protocol: Any) -> None:
        """Do something when the call has failed."""

    async def create_connection(self, *args: Any, **options: Any) -> Any:
        """Call the sound one with what the heir left of the arguments."""
        call = dict(zip(("factory", "host", "port"), args, strict=False)) | options
        self.arrange(call)
        factory, made = call.pop("factory"), []

        def adopting() -> Any:
            made.append(factory())
            self.adopt(made[0])
            return made[0]

        try:
            return await super().create_connection(adopting, **call)
        except Exception as error:
            self.failed(error, made[0] if made else None)
            raise


def lenient(context: ssl.SSLContext, *, verify: bool = True) -> ssl.SSLContext:
    """A context with the same authorities that does not match names."""
    copy = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    copy.check_hostname = False
    copy.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    for certificate in context.get_ca_certs(binary_form=True):
        copy.load_verify_locations(cadata=certificate)
    return copy
