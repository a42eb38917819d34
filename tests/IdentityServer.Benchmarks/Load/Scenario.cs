using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IdentityServer.Benchmarks.Load;

/// <summary>One kind of call. <see cref="Prepare"/> readies a connection for it and returns what makes the call once.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Orientation">Calls per second that a bare Kestrel program reached for the same work on one core.</param>
/// <param name="Prepare">Readies a connection, for the browser that holds this cookie.</param>
internal sealed record Scenario(string Name, int? Orientation, Func<HttpLine, string, Task<Func<ValueTask>>> Prepare)
{
    private const string Verifier = "a-code-verifier-of-sufficient-length-for-every-call";

    private static readonly string Challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    /// <summary>Every kind of call.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("code flow, ES256 ID token", 8200, (line, cookie) => Task.FromResult(CodeFlow(line, cookie, Seed.EcdsaClient, "openid"))),
        new("code flow, RS256 ID token", 3100, (line, cookie) => Task.FromResult(CodeFlow(line, cookie, Seed.RsaClient, "openid"))),
        new("refresh, rotating", 8700, async (line, cookie) => await RefreshAsync(line, cookie)),
        new("client_credentials", 30_000, (line, _) => Task.FromResult(Repeat(line, Post("/oauth2/token", Seed.EcdsaClient, "grant_type=client_credentials")))),
        new("userinfo", 17_000, async (line, cookie) => Repeat(line, UserInfo(await AccessTokenAsync(line, cookie)))),
        new("introspection", 17_000, async (line, cookie) => Repeat(line, Post("/oauth2/introspect", Seed.EcdsaClient, "token=" + await AccessTokenAsync(line, cookie)))),
        new("discovery", null, (line, _) => Task.FromResult(Repeat(line, Get("/.well-known/openid-configuration")))),
        new("key set", null, (line, _) => Task.FromResult(Repeat(line, Get("/.well-known/jwks.json")))),
    ];

    /// <summary>The URL of an authorize request.</summary>
    public static string AuthorizeUrl(string client, string scope) =>
        $"/oauth2/authorize?response_type=code&client_id={client}&redirect_uri={Uri.EscapeDataString(Seed.RedirectUri)}"
        + $"&scope={Uri.EscapeDataString(scope)}&state=state-of-the-client&nonce=nonce-of-the-client&code_challenge={Challenge}&code_challenge_method=S256";

    private static Func<ValueTask> Repeat(HttpLine line, byte[] request) => () => line.SendAsync(request, 200);

    // Authorize with a live session, then the token request: one whole sign-in to one more application.
    private static Func<ValueTask> CodeFlow(HttpLine line, string cookie, string client, string scope)
    {
        var authorize = Get(AuthorizeUrl(client, scope), "Cookie: " + cookie);
        var exchange = Template.Of(
            "/oauth2/token",
            client,
            $"grant_type=authorization_code&redirect_uri={Uri.EscapeDataString(Seed.RedirectUri)}&code_verifier={Verifier}&code=",
            secretLength: 43);
        return async () =>
        {
            await line.SendAsync(authorize, 302);
            await line.SendAsync(exchange.With(line.Between("code="u8, (byte)'&')), 200);
        };
    }

    private static async Task<Func<ValueTask>> RefreshAsync(HttpLine line, string cookie)
    {
        await CodeFlow(line, cookie, Seed.EcdsaClient, "openid offline_access")();
        var refresh = Template.Of("/oauth2/token", Seed.EcdsaClient, "grant_type=refresh_token&refresh_token=", secretLength: 43);
        return () => line.SendAsync(refresh.With(line.Between("\"refresh_token\":\""u8, (byte)'"')), 200);
    }

    private static async Task<string> AccessTokenAsync(HttpLine line, string cookie)
    {
        await CodeFlow(line, cookie, Seed.EcdsaClient, "openid email profile")();
        return Encoding.ASCII.GetString(line.Between("\"access_token\":\""u8, (byte)'"'));
    }

    private static byte[] UserInfo(string accessToken) => Get("/oauth2/userinfo", "Authorization: Bearer " + accessToken);

    private static byte[] Get(string url, params string[] headers) =>
        Encoding.ASCII.GetBytes($"GET {url} HTTP/1.1\r\nHost: localhost\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n");

    private static byte[] Post(string path, string client, string body)
    {
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(client)}:{Uri.EscapeDataString(Seed.Secret)}"));
        return Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {credentials}\r\n"
            + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }

    /// <summary>A post whose last field is another secret each time, of the same length.</summary>
    private sealed class Template(byte[] request, int secretLength)
    {
        public static Template Of(string path, string client, string body, int secretLength) =>
            new(Post(path, client, body + new string('x', secretLength)), secretLength);

        public ReadOnlyMemory<byte> With(ReadOnlySpan<byte> secret)
        {
            secret.CopyTo(request.AsSpan(request.Length - secretLength));
            return request;
        }
    }
}
