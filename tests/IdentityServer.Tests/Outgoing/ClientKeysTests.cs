using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Outgoing;
using IdentityServer.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Tests.Outgoing;

/// <summary>Clients that publish their keys, and what our server may be made to fetch.</summary>
public sealed class ClientKeysTests : IAsyncLifetime
{
    private readonly WebApplication publisher;
    private Func<HttpContext, Task> answer = _ => Task.CompletedTask;
    private int fetches;
    private TestServer server = null!;

    public ClientKeysTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        publisher = builder.Build();
        publisher.Run(http =>
        {
            Interlocked.Increment(ref fetches);
            return answer(http);
        });
    }

    private string JwksUri => publisher.Urls.First() + "/jwks.json";

    public async Task InitializeAsync()
    {
        await publisher.StartAsync();
        server = await TestServer.StartAsync("OutgoingHosts:0=127.0.0.1", "RateLimits:Enabled=false");
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await publisher.DisposeAsync();
    }

    [Fact]
    public async Task A_client_proves_itself_by_a_key_that_it_publishes()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Publish(("one", key));
        var application = await AddApplicationAsync();

        Assert.Equal(HttpStatusCode.OK, await AskAsync(application, "one", key));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(application, "one", key));
        Assert.Equal(1, fetches);
    }

    [Fact]
    public async Task A_new_key_is_fetched_when_it_is_first_used_but_not_at_everybodys_bidding()
    {
        using var first = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var second = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Publish(("one", first));
        var application = await AddApplicationAsync();
        await AskAsync(application, "one", first);
        Publish(("two", second));

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(application, "two", second));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(application, "three", second));
        Assert.Equal(1, fetches);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(application, "two", second));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(application, "one", first));
        Assert.Equal(2, fetches);
    }

    [Fact]
    public async Task Keys_serve_on_for_a_day_while_their_publisher_is_away()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Publish(("one", key));
        var application = await AddApplicationAsync();
        await AskAsync(application, "one", key);
        answer = Status(500);

        server.Clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(application, "one", key));
        server.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(application, "one", key));
    }

    [Fact]
    public async Task A_host_off_the_public_network_is_not_asked_unless_it_is_listed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Publish(("one", key));
        await using var strict = await TestServer.StartAsync();
        var http = strict.Get<OutgoingHttp>();
        var port = new Uri(JwksUri).Port;

        foreach (var address in new[] { JwksUri, $"https://127.0.0.1:{port}/", $"https://localhost:{port}/", $"https://[::1]:{port}/", $"https://2130706433:{port}/", "ftp://127.0.0.1/", "file:///etc/passwd", "jwks" })
        {
            Assert.Null(await http.GetAsync(address));
        }

        Assert.Equal(0, fetches);
    }

    [Fact]
    public async Task Neither_redirects_nor_floods_nor_errors_are_followed()
    {
        var http = server.Get<OutgoingHttp>();
        answer = context =>
        {
            context.Response.Redirect(JwksUri + "?again");
            return Task.CompletedTask;
        };
        Assert.Null(await http.GetAsync(JwksUri));
        Assert.Equal(1, fetches);

        answer = async context =>
        {
            for (var chunk = 0; chunk < 64; chunk++)
            {
                await context.Response.Body.WriteAsync(new byte[16 * 1024]);
            }
        };
        Assert.Null(await http.GetAsync(JwksUri));

        answer = Status(404);
        Assert.Null(await http.GetAsync(JwksUri));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}]}""")]
    public async Task What_is_no_set_of_public_keys_verifies_nothing(string document)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        answer = context => context.Response.WriteAsync(document);

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(await AddApplicationAsync(), "one", key));
    }

    private static Func<HttpContext, Task> Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    private void Publish(params (string Kid, ECDsa Key)[] keys)
    {
        var set = new JsonArray([.. keys.Select(entry =>
        {
            var point = entry.Key.ExportParameters(includePrivateParameters: false).Q;
            return new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["kid"] = entry.Kid, ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
        })]);
        var document = new JsonObject { ["keys"] = set }.ToJsonString();
        answer = context => context.Response.WriteAsync(document);
    }

    private Task<Application> AddApplicationAsync() => server.AddApplicationAsync(settings => settings with
    {
        OauthConfiguration = new() { EnabledGrants = ["client_credentials"] },
        ClientMetadata = new() { TokenEndpointAuthMethod = "private_key_jwt", JwksUri = JwksUri },
    });

    private async Task<HttpStatusCode> AskAsync(Application application, string kid, ECDsa key)
    {
        static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
        var signed = Part(new { alg = "ES256", kid }) + "." + Part(new
        {
            iss = application.ClientId,
            sub = application.ClientId,
            aud = server.Address.ToString().TrimEnd('/'),
            jti = Guid.NewGuid().ToString(),
            exp = server.Clock.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds(),
        });
        using var http = server.NewClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = signed + "." + Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256)),
        });
        using var response = await http.PostAsync("/oauth2/token", form);
        return response.StatusCode;
    }
}
