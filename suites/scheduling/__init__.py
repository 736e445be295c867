"""Chapter scheduling: call_soon() and its kin, call_later(), call_at(), time(), handles."""
