using IdentityServer.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace IdentityServer.Tests.Hosting;

public sealed class SettingsTests
{
    [Fact]
    public void All_problems_are_told_at_once()
    {
        var problems = Problems(
            "PublicUrl=ftp://login.example.com",
            "Database:Provider=oracle",
            "Sessions:IdleMinutes=soon",
            "RateLimits:Enabled=maybe",
            "Kickstart=/there/is/none.json",
            "MasterKey=short",
            "Colour=blue");

        Assert.Equal(
            ["Colour", "Database:Provider", "Kickstart", "MasterKey", "PublicUrl", "RateLimits:Enabled", "Sessions:IdleMinutes"],
            problems.Select(problem => problem[..problem.IndexOf(": ", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("https://login.example.com", null)]
    [InlineData("http://localhost:9011", null)]
    [InlineData("http://login.example.com", "PublicUrl: must be https, unless the host is localhost.")]
    [InlineData("https://login.example.com/sub", "PublicUrl: must have no path; give the server a host of its own.")]
    [InlineData("https://login.example.com/?a=b", "PublicUrl: must have no query, fragment or user.")]
    [InlineData("login.example.com", "PublicUrl: 'login.example.com' is not an absolute http(s) URL.")]
    public void The_public_address_is_an_issuer(string url, string? problem) =>
        Assert.Equal(problem is null ? [] : [problem], Problems("PublicUrl=" + url));

    [Theory]
    [InlineData("", "Smtp:From: must be the address that mails come from, such as login@example.com.")]
    [InlineData("From=Ada <ada@example.com>", "Smtp:From: must be the address that mails come from, such as login@example.com.")]
    [InlineData("From=a@example.com Username=a", "Smtp:Username, Smtp:Password: are set together or not at all.")]
    [InlineData("From=a@example.com Username=a Password=b Security=none", "Smtp:Security: a password is not sent in clear; use starttls.")]
    [InlineData("From=a@example.com Port=0", "Smtp: The field Port must be between 1 and 65535.")]
    [InlineData("From=a@example.com Username=a Password=b", null)]
    public void A_mail_server_is_described_completely(string settings, string? problem) => Assert.Equal(
        problem is null ? [] : [problem],
        Problems(["Smtp:Host=smtp.example.com", .. SettingsIn(settings).Select(setting => "Smtp:" + setting)]));

    [Fact]
    public void PostgreSQL_needs_a_connection_string() =>
        Assert.Equal(["Database:ConnectionString: is required with Database:Provider=postgres."], Problems("Database:Provider=postgres"));

    [Fact]
    public void Names_and_values_are_read_whatever_their_case()
    {
        using var app = Server.Build(["--identityserver:database:provider=POSTGRES", "--IdentityServer:Database:ConnectionString=Host=db", "--IdentityServer:TrustedProxies:0=10.0.0.5"]);
        var options = app.Services.GetRequiredService<IOptions<ServerOptions>>().Value;

        Assert.Equal((DatabaseProvider.Postgres, "10.0.0.5"), (options.Database.Provider, Assert.Single(options.TrustedProxies)));
    }

    private static string[] SettingsIn(string text) => System.Text.RegularExpressions.Regex.Split(text, @" (?=\w+=)").Where(setting => setting.Length > 0).ToArray();

    private static List<string> Problems(params string[] settings)
    {
        try
        {
            using var app = Server.Build([.. settings.Select(setting => "--IdentityServer:" + setting)]);
            _ = app.Services.GetRequiredService<IOptions<ServerOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return [.. exception.Failures];
        }
    }
}
