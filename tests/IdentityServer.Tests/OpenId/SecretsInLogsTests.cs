using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId;

/// <summary>What whoever reads the logs learns, with every logger as talkative as it can be.</summary>
public sealed class SecretsInLogsTests
{
    [Theory, OnEachDatabase]
    public async Task No_secret_password_code_or_token_is_ever_written(DatabaseProvider provider)
    {
        using var lines = new LogLines();
        await using var server = await TestServer.StartAsync(provider, lines.Listen);
        const string Secret = "the-secret-of-the-client";
        var party = await RelyingParty.AddAsync(server, Endpoint.AllGrants);
        var application = await server.AddApplicationAsync(made => made with { OauthConfiguration = Endpoint.AllGrants(made.OauthConfiguration) }, Secret);
        var user = await server.AddUserAsync();
        using var browser = server.NewBrowser();
        var call = party.Call(("scope", "openid email offline_access"), ("prompt", "login"));

        // A whole life, with what goes wrong in it.
        var page = await browser.OpenAsync(call.Url);
        page = await browser.SubmitAsync(page, ("loginId", user.Email!), ("password", "wrong-password-typed"));
        var answer = AuthorizeAnswer.Read(await browser.SubmitLoginAsync(page, user));
        var tokens = (await party.RedeemAsync(call, answer)).Expect();
        var next = (await party.RefreshAsync(tokens.RefreshToken)).Expect();
        await party.GetUserInfoAsync(next.AccessToken);
        await party.GetUserInfoAsync(next.IdToken);
        await party.PostAsync(Endpoint.Introspect, [], ("token", next.AccessToken));
        await party.PostAsync(Endpoint.Introspect, [], ("token", next.RefreshToken));
        await party.RedeemAsync(call, answer);
        await party.RefreshAsync(next.RefreshToken);
        await party.PostAsync(Endpoint.Revoke, [], ("token", next.RefreshToken));
        await server.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, Secret), ("grant_type", "client_credentials"));
        await server.PostFormAsync(Endpoint.Token, null, ("grant_type", "x"), ("client_id", application.ClientId), ("client_secret", "wrong-secret-sent"));
        await server.PostFormAsync(Endpoint.Token, null, ("line\nbreak", "x"), ("line\nbreak", "x"));
        await browser.OpenAsync("/oauth2/logout?id_token_hint=" + next.IdToken);

        var text = lines.ToString();
        Assert.True(lines.Count > 20, $"The logs are silent: {text}");
        foreach (var (name, secret) in new[]
        {
            ("password", TestServer.Password), ("wrong password", "wrong-password-typed"), ("client secret", Secret), ("wrong secret", "wrong-secret-sent"),
            ("code", answer.Code), ("verifier", call.Verifier), ("access token", tokens.AccessToken), ("next access token", next.AccessToken),
            ("id token", next.IdToken), ("refresh token", tokens.RefreshToken), ("next refresh token", next.RefreshToken),
            ("session cookie", browser.Cookie("session") ?? "no-session-cookie"),
        })
        {
            // The signature is what makes a token one.
            var essence = secret.Split('.')[^1];
            Assert.False(text.Contains(essence, StringComparison.Ordinal), $"The {name} is in the log: {lines.Around(essence)}");
        }

        Assert.Contains("was used twice", text, StringComparison.Ordinal);
        Assert.Contains("line?break", text, StringComparison.Ordinal);
        Assert.DoesNotContain("line\nbreak", text, StringComparison.Ordinal);
    }
}
