"""The attributes of seed 004, by type."""

PURCHASE = {
    "id": int, "created_at": int, "updated_at": int, "storefront_id": int, "salt": str, "status": str,
    "currency": str, "subtotal": str, "discount": str, "tax": str, "shipping": str, "total": str,
    "processor_fee": str, "buyer_email": str, "buyer_firstname": str, "buyer_lastname": str, "customer": dict,
    "customer_notes": str, "custom_fields": list, "shipping_firstname": str, "shipping_lastname": str,
    "shipping_street": str, "shipping_street2": str, "shipping_city": str, "shipping_state": str,
    "shipping_zip_code": str, "shipping_country_code": str, "shipping_country": str, "shipping_phone": str,
    "shipping_vatin": str, "shipping_business_name": str, "shipping_carrier": str, "shipping_tracking_number": str,
    "requires_shipping": bool, "tangibles_to_ship": (int, type(None)), "billing_firstname": str,
    "billing_lastname": str, "billing_street": str, "billing_street2": str, "billing_city": str,
    "billing_state": str, "billing_zip_code": str, "billing_country_code": str, "billing_card_type": str,
    "billing_card_number": str, "line_items": list, "coupons": list, "ip_address": str, "marketing_optin": bool,
}  # fmt: skip
LINE = {
    "id": int, "purchase_id": int, "product_id": int, "price": str, "quantity": int, "subtotal": str, "tax": str,
    "discount": str, "total": str, "product_name": str, "download_limit": int, "download_count": int,
    "expires_at": (int, type(None)), "product_keys": list, "has_all_keys": bool,
}  # fmt: skip
CUSTOMER = {
    "id": int, "firstname": str, "lastname": str, "email": str, "receives_email": bool, "created_at": int,
    "updated_at": int,
}  # fmt: skip
FIELD = {"label": str, "response": str}
COUPON = {"name": str, "code": str, "discount_amount": str, "discount_type": str}


def mistakes(shown, attributes):
    """Attributes that are missing, too many, or of another type; True is no integer."""
    wrong = set(shown) ^ set(attributes)
    for name in set(shown) & set(attributes):
        kinds = attributes[name] if isinstance(attributes[name], tuple) else (attributes[name],)
        if type(shown[name]) not in kinds:
            wrong.add(name)
    return wrong
