using System.Text.Json;
using IdentityServer.Hosting;
using IdentityServer.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IdentityServer.Tests.OpenId;

/// <summary>Where the server's own address comes from.</summary>
public sealed class IssuerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("identityserver-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://*:0")]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:0")]
    public async Task A_server_that_others_can_reach_does_not_start_without_its_public_address(string urls)
    {
        await using var app = Build(urls);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());

        Assert.Matches(@"^The server listens on http://[^ ]+, where others can reach it, but does not know its public address\. Set IdentityServer:PublicUrl", refusal.Message);
    }

    [Fact]
    public async Task With_its_public_address_it_may_listen_anywhere_and_the_host_of_a_request_changes_nothing()
    {
        await using var app = Build("http://0.0.0.0:0", "--IdentityServer:PublicUrl=https://login.example.com/");
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)) };
        using var request = new HttpRequestMessage(HttpMethod.Get, Paths.OpenIdConfiguration);
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Forwarded-Proto", "http");

        using var response = await client.SendAsync(request);

        var text = await response.Content.ReadAsStringAsync();
        using var metadata = JsonDocument.Parse(text);
        Assert.Equal("https://login.example.com", metadata.RootElement.GetProperty("issuer").GetString());
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost.evil.example")]
    [InlineData("http://login.example.com")]
    [InlineData("https://login.example.com/path")]
    [InlineData("https://login.example.com?query")]
    [InlineData("https://user@login.example.com")]
    [InlineData("login.example.com")]
    public async Task A_public_address_that_cannot_be_an_issuer_stops_the_start(string url)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using var app = Build("http://127.0.0.1:0", "--IdentityServer:PublicUrl=" + url);
            await app.StartAsync();
        });

        Assert.StartsWith("PublicUrl: ", Assert.Single(refusal.Failures), StringComparison.Ordinal);
    }

    private WebApplication Build(string urls, params string[] settings) =>
        Server.Build([$"--urls={urls}", $"--IdentityServer:DataDirectory={folder}", .. settings], builder => builder.Logging.ClearProviders());
}
