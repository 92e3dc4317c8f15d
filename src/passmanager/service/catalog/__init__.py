"""What is sold: merchants, their stores and organizations, products and prices."""
