/** A proxy's name, what to know of it, and a configuration that is enough. */
export interface ProxyConfig {
	id: string;
	name: string;
	words: string;
	file: string;
}

/** The longest request that is held on purpose is a wait of 120 s, so answers may take 130 s. */
export const CONFIGS: readonly ProxyConfig[] = [
	{
		id: 'nginx',
		name: 'nginx',
		words:
			'The server marks the event stream, so nginx does not gather it. The map keeps ordinary requests free of the upgrade.',
		file: `map $http_upgrade $audena_connection {
    default upgrade;
    ''      '';
}
server {
    listen 443 ssl;
    server_name calls.example.com;
    # ssl_certificate and ssl_certificate_key as usual

    location / {
        proxy_pass http://127.0.0.1:3000;
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $audena_connection;
        proxy_read_timeout 130s;
    }
    location = /api/events {
        proxy_pass http://127.0.0.1:3000;
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header Connection '';
        proxy_buffering off;
        gzip off;
    }
}`,
	},
	{
		id: 'caddy',
		name: 'Caddy',
		words: 'Upgrades and event streams pass by themselves.',
		file: `calls.example.com {
    reverse_proxy 127.0.0.1:3000
}`,
	},
	{
		id: 'apache',
		name: 'Apache',
		words: 'From 2.4.47 on, with mod_proxy_http and mod_headers. Compression would gather the event stream.',
		file: `<VirtualHost *:443>
    ServerName calls.example.com
    # SSLEngine and certificates as usual

    ProxyPreserveHost On
    ProxyTimeout 130
    RequestHeader set X-Forwarded-Proto "https"
    SetEnvIf Request_URI "^/api/events" no-gzip no-brotli
    ProxyPass "/" "http://127.0.0.1:3000/" upgrade=websocket flushpackets=on
</VirtualHost>`,
	},
	{
		id: 'traefik',
		name: 'Traefik',
		words: 'Upgrades and event streams pass by themselves. Leave the buffering middleware away.',
		file: `http:
  routers:
    audena:
      rule: Host(\`calls.example.com\`)
      service: audena
      tls: {}
  services:
    audena:
      loadBalancer:
        servers:
          - url: http://127.0.0.1:3000`,
	},
	{
		id: 'haproxy',
		name: 'HAProxy',
		words: 'A socket counts as a tunnel once it is upgraded. An event stream is never silent for longer than 5 s.',
		file: `frontend web
    mode http
    bind :443 ssl crt /etc/haproxy/calls.pem
    default_backend audena

backend audena
    mode http
    option forwardfor
    http-request set-header X-Forwarded-Proto https
    timeout server 130s
    timeout tunnel 1h
    server one 127.0.0.1:3000`,
	},
];
