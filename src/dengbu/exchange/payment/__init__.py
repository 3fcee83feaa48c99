"""Payment: WeChat Pay API v3, Native. See docs/exchange/payment.md."""
