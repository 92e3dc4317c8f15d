"""Files of products: versions, downloads by short-lived links, limits and devices."""
