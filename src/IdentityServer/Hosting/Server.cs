using Microsoft.Extensions.Configuration.Memory;

namespace IdentityServer.Hosting;

/// <summary>Builds the server that ships; program, tests and benchmarks start this one.</summary>
public static class Server
{
    /// <summary>The largest request line and header block: an authorize request with a <c>claims</c> parameter travels in the URL.</summary>
    private const int MaxRequestLine = 16 * 1024;

    /// <summary>The largest body of a page, token or API request; imports set their own.</summary>
    private const int MaxBody = 1024 * 1024;

    // Before all other sources, so that an operator can say otherwise. The framework would log four lines for each request.
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
    };

    // Settings are read at start. Watching their file means watching the folder, and every write of a database in it.
    private const string NoWatch = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>Builds the server; <paramref name="configure"/> may add to the configuration and services before it is built.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder([NoWatch, .. args]);
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && string.IsNullOrEmpty(builder.Configuration["http_ports"]))
        {
            builder.WebHost.UseUrls(PublicAddress.Default);
        }

        // The framework logs every request with its query string, in which codes and state travel.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.AddIdentityServer();
        configure?.Invoke(builder);
        return builder.Build().MapIdentityServer();
    }
}
