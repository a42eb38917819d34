using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IdentityServer.Api;
using Microsoft.AspNetCore.Http.Features;

namespace IdentityServer.Hosting;

/// <summary>
/// Sends requests through the server's own pipeline without a network, so that a kickstart file passes the very same checks as
/// any caller. Takes hold of the pipeline when the host builds it.
/// </summary>
internal sealed class InProcess(IHttpContextFactory contexts, PublicAddress address) : IStartupFilter
{
    private RequestDelegate? pipeline;

    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(rest => pipeline = rest);
        next(app);
    };

    /// <summary>Sends a request as the kickstart, and returns the status and the body of the answer.</summary>
    public async Task<(int Status, string Body)> SendAsync(KickstartRequest request, CancellationToken cancellation)
    {
        var target = new Uri(new Uri(address.Value), request.Url);
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = "HTTP/1.1",
            Scheme = target.Scheme,
            Method = request.Method,
            Path = Uri.UnescapeDataString(target.AbsolutePath),
            QueryString = target.Query,
            Headers = new HeaderDictionary { ["Host"] = target.Authority, ["Content-Type"] = request.ContentType ?? "application/json" },
            Body = new MemoryStream(request.Body is null ? [] : Encoding.UTF8.GetBytes(request.Body.ToJsonString())),
        });
        if (request.TenantId is not null)
        {
            features.GetRequiredFeature<IHttpRequestFeature>().Headers["X-FusionAuth-TenantId"] = request.TenantId;
        }

        using var body = new MemoryStream();
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = IPAddress.Loopback, LocalIpAddress = IPAddress.Loopback });
        features.Set(ApiCaller.Kickstart);

        var context = contexts.Create(features);
        context.RequestAborted = cancellation;
        try
        {
            await (pipeline ?? throw new InvalidOperationException("The pipeline is used before it was built."))(context);
            return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
        }
        finally
        {
            contexts.Dispose(context);
        }
    }
}
