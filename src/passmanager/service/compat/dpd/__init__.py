"""The face of DPD's API v2 (`getdpd.com`), so that programs written for it work here: a DPD purchase is an order."""
