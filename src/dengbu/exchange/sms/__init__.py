"""Short messages: Tencent Cloud SMS, API 2021-01-11. See docs/exchange/sms.md."""
