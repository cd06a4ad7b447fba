"""Request smuggling through WebSocket upgrades: the module behind the proxies of Debian.

proxies.py     the proxies, each with its usual recipe for WebSockets; all forbid /internal/
attacks.py     the attacks: each wants a second request, for /internal/secret, to reach the server
naive_backend  a server that goes on after a refusal: the lab must see that it can be smuggled to
"""
