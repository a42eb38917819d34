using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace IdentityServer.Hosting;

/// <summary>Believes forwarding headers of the proxies that the operator listed, and of nobody else.</summary>
internal static class TrustedProxies
{
    public static void Configure(ForwardedHeadersOptions headers, IOptions<ServerOptions> options)
    {
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var proxy in options.Value.TrustedProxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                headers.KnownProxies.Add(address);
            }
            else
            {
                headers.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
            }
        }

        // Empty lists would mean that everybody is believed.
        headers.ForwardedHeaders = options.Value.TrustedProxies.Count > 0
            ? ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
            : ForwardedHeaders.None;
    }
}
