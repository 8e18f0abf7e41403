/** A server on the loopback in, the options of a client of Azure that asks it, whatever host it means to ask, out. */
import type { SecretClientOptions } from '@azure/keyvault-secrets';

/** Tokens are sent over TLS alone, and who signs a request looks at its URL: so it is changed after that. */
export const onLoopback = (server: string): Pick<SecretClientOptions, 'additionalPolicies'> => ({
  additionalPolicies: [
    {
      position: 'perRetry',
      policy: {
        name: 'onLoopback',
        sendRequest: (request, next) => {
          const { pathname, search } = new URL(request.url);
          request.url = `${new URL(server).origin}${pathname}${search}`;
          request.allowInsecureConnection = true;
          return next(request);
        },
      },
    },
  ],
});
