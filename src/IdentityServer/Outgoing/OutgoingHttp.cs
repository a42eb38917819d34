using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IdentityServer.Outgoing;

/// <summary>
/// The one HTTP client for addresses that come from data: key sets of clients today. It follows no redirect, has limits on time and
/// size, and connects to public addresses alone, unless an operator listed the host (<see cref="ServerOptions.OutgoingHosts"/>).
/// What counts is the address that is connected to; a name could mean another one a moment after it was looked up.
/// </summary>
public sealed partial class OutgoingHttp : IDisposable
{
    private const int MaxBody = 256 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> listed;
    private readonly HttpClient http;
    private readonly ILogger<OutgoingHttp> log;

    /// <summary>Opens nothing yet.</summary>
    public OutgoingHttp(IOptions<ServerOptions> options, ILogger<OutgoingHttp> log)
    {
        this.log = log;
        listed = new HashSet<string>(options.Value.OutgoingHosts, StringComparer.OrdinalIgnoreCase);
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // A proxy would connect for us, and look at no address.
            ConnectCallback = ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
        })
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = MaxBody,
        };
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("IdentityServer", null));
    }

    /// <summary>Fetches a document. Null, with the reason in the log, if it can't be had.</summary>
    public async Task<byte[]?> GetAsync(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !IsAllowed(uri))
        {
            LogFailed(address, "the address is neither https nor that of a listed host");
            return null;
        }

        try
        {
            using var response = await http.GetAsync(uri);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return await response.Content.ReadAsByteArrayAsync();
            }

            LogFailed(address, $"it was answered with {(int)response.StatusCode}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            LogFailed(address, exception.Message);
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private bool IsAllowed(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && listed.Contains(uri.Host));

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
        if (!listed.Contains(host))
        {
            addresses = Array.FindAll(addresses, PublicNetwork.Contains);
        }

        if (addresses.Length == 0)
        {
            throw new HttpRequestException("The host has no public address. If it is meant to be reached, list it in OutgoingHosts.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address} could not be fetched: {Reason}")]
    private partial void LogFailed(string address, string reason);
}
