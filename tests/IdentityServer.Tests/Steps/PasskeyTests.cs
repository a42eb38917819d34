using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Passkeys;
using IdentityServer.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Steps;

/// <summary>Signing in with a passkey on the page: usernameless, once per challenge, and only where everything fits.</summary>
public sealed class PasskeyTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string NotAccepted = "This passkey was not accepted.";

    private readonly TestServer server = own.Server;

    [Theory, OnEachDatabase]
    public async Task A_passkey_signs_in_without_a_name_and_the_tokens_say_how(DatabaseProvider provider)
    {
        var shared = await TestServer.SharedAsync(provider);
        using var visit = await Visit.StartAsync(shared);
        var passkey = await shared.AddPasskeyAsync(visit.User, key => key.SignCount = 3);
        passkey.SignCount = 7;
        var call = visit.Party.Call();
        var page = await visit.Browser.OpenAsync(call.Url);

        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitPasskeyAsync(page, passkey.Assert(page.PasskeyRequest())));

        var claims = await visit.Party.VerifyIdTokenAsync(await visit.Party.RedeemAsync(call, answer), call);
        Assert.Equal(visit.User.Id.ToString(), claims.GetProperty("sub").GetString());
        Assert.Equal(["pop", "user", "mfa"], claims.GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
        Assert.Equal("2", claims.GetProperty("acr").GetString());
        var stored = await shared.ReadAsync(db => db.Passkeys.SingleAsync(row => row.UserId == visit.User.Id));
        Assert.Equal((7, shared.Clock.GetUtcNow()), (stored.SignCount, stored.LastUsedAt));
        Assert.Equal(1, await shared.ReadAsync(db => db.AuditEntries.CountAsync(row => row.Actor == visit.User.Id.ToString() && row.Message == "signed in with a passkey")));
    }

    [Fact]
    public async Task A_passkey_that_did_not_verify_its_holder_is_one_factor()
    {
        using var visit = await Visit.StartAsync(server);
        var passkey = await server.AddPasskeyAsync(visit.User);
        passkey.Flag = SoftAuthenticator.Flags.UserPresent;
        var call = visit.Party.Call();
        var page = await visit.Browser.OpenAsync(call.Url);

        var tokens = await visit.Party.RedeemAsync(call, AuthorizeAnswer.Read(await visit.Browser.SubmitPasskeyAsync(page, passkey.Assert(page.PasskeyRequest()))));

        Assert.Equal(["pop"], (await visit.Party.VerifyIdTokenAsync(tokens, call)).GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
    }

    [Fact]
    public async Task An_answer_counts_once_even_in_the_same_browser()
    {
        using var visit = await Visit.StartAsync(server);
        var passkey = await server.AddPasskeyAsync(visit.User);
        var page = await visit.OpenAsync(("prompt", "login"));
        var credential = passkey.Assert(page.PasskeyRequest());

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitPasskeyAsync(page, credential)).Code);

        using var again = visit with { Browser = server.NewBrowser() };
        AssertRefused(await again.Browser.SubmitPasskeyAsync(await again.OpenAsync(), credential));
    }

    [Theory, OnEachDatabase]
    public async Task Of_many_answers_to_one_challenge_at_once_one_counts(DatabaseProvider provider)
    {
        var shared = await TestServer.SharedAsync(provider);
        var user = await shared.AddUserAsync();
        var passkey = await shared.AddPasskeyAsync(user);
        var ceremonies = shared.Get<PasskeyCeremonies>();
        var challenge = shared.Get<PasskeyChallenges>().Make(new() { Purpose = PasskeyPurpose.SignIn });
        var response = PasskeyResponse.Read(passkey.Assert(PasskeyOptions.Request(shared.Get<IdentityServer.Passkeys.RelyingParty>(), challenge, false, [])))!;

        var counted = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var verified = await ceremonies.CheckAsync(response, _ => true, CancellationToken.None);
            return verified is not null && await ceremonies.SpendAsync(verified, (_, _, _) => Task.FromResult(true), CancellationToken.None);
        })));

        Assert.Equal(1, counted.Count(one => one));
    }

    [Theory, OnEachDatabase]
    public async Task Of_two_clones_with_one_counter_at_once_one_gets_in(DatabaseProvider provider)
    {
        var shared = await TestServer.SharedAsync(provider);
        var user = await shared.AddUserAsync();
        var passkey = await shared.AddPasskeyAsync(user);
        passkey.SignCount = 5;
        var ceremonies = shared.Get<PasskeyCeremonies>();
        var verified = new List<VerifiedAssertion>();
        for (var clone = 0; clone < 2; clone++)
        {
            var challenge = shared.Get<PasskeyChallenges>().Make(new() { Purpose = PasskeyPurpose.SignIn });
            var response = PasskeyResponse.Read(passkey.Assert(PasskeyOptions.Request(shared.Get<IdentityServer.Passkeys.RelyingParty>(), challenge, false, [])))!;
            verified.Add((await ceremonies.CheckAsync(response, _ => true, CancellationToken.None))!);
        }

        var counted = await Task.WhenAll(verified.Select(one => Task.Run(() => ceremonies.SpendAsync(one, (_, _, _) => Task.FromResult(true), CancellationToken.None))));

        Assert.Equal(1, counted.Count(one => one));
    }

    [PostgresFact]
    public async Task A_challenge_of_one_node_is_answered_at_another_and_nowhere_twice()
    {
        await using var nodes = await TwoNodes.StartAsync();
        var user = await nodes.First.AddUserAsync();
        var passkey = await nodes.First.AddPasskeyAsync(user);
        passkey.Origin = nodes.Second.Issuer;
        var challenge = nodes.First.Get<PasskeyChallenges>().Make(new() { Purpose = PasskeyPurpose.SignIn });
        var response = PasskeyResponse.Read(passkey.Assert(PasskeyOptions.Request(nodes.First.Get<IdentityServer.Passkeys.RelyingParty>(), challenge, false, [])))!;
        var ceremonies = nodes.Second.Get<PasskeyCeremonies>();

        Assert.True(await SpendAsync());
        Assert.False(await SpendAsync());

        async Task<bool> SpendAsync() => await ceremonies.SpendAsync(
            (await ceremonies.CheckAsync(response, _ => true, CancellationToken.None))!, (_, _, _) => Task.FromResult(true), CancellationToken.None);
    }

    [Theory]
    [InlineData("origin")]
    [InlineData("subdomain")]
    [InlineData("cross-origin")]
    [InlineData("type")]
    [InlineData("rp id")]
    [InlineData("absent user")]
    [InlineData("backup flag")]
    [InlineData("became eligible")]
    [InlineData("other user")]
    [InlineData("unknown user")]
    [InlineData("no user handle")]
    [InlineData("unknown credential")]
    [InlineData("signature")]
    [InlineData("counter")]
    public async Task What_does_not_fit_is_refused_and_nobody_is_signed_in(string wrong)
    {
        using var visit = await Visit.StartAsync(server);
        var passkey = await server.AddPasskeyAsync(visit.User, key => key.SignCount = 10);
        passkey.SignCount = 11;
        switch (wrong)
        {
            case "origin": passkey.Origin = "https://evil.example"; break;
            case "subdomain": passkey.Origin = server.Issuer.Replace("localhost", "evil.localhost", StringComparison.Ordinal); break;
            case "cross-origin": passkey.BendClientData = data => data["crossOrigin"] = true; break;
            case "type": passkey.BendClientData = data => data["type"] = "webauthn.create"; break;
            case "rp id": passkey.RpId = "evil.example"; break;
            case "absent user": passkey.Flag = SoftAuthenticator.Flags.UserVerified; break;
            case "backup flag": passkey.Flag = SoftAuthenticator.Usual | SoftAuthenticator.Flags.BackedUp; break;
            case "became eligible": passkey.Flag = SoftAuthenticator.Usual | SoftAuthenticator.Flags.BackupEligible; break;
            case "other user": passkey.Claim((await server.AddUserAsync()).Id.ToString()); break;
            case "unknown user": passkey.Claim(Guid.NewGuid().ToString()); break;
            case "no user handle": passkey.Claim(null); break;
            case "unknown credential": passkey.CredentialId = [1, 2, 3]; break;
            case "counter": passkey.SignCount = 10; break;
        }

        var page = await visit.OpenAsync();
        var credential = passkey.Assert(page.PasskeyRequest());
        if (wrong == "signature")
        {
            credential["response"]!["signature"] = passkey.Assert(page.PasskeyRequest())["response"]!["clientDataJSON"]!.DeepClone();
        }

        AssertRefused(await visit.Browser.SubmitPasskeyAsync(page, credential));
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"id\":1}")]
    [InlineData("{\"id\":\"AAAA\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"AAAA\",\"authenticatorData\":\"AA\",\"signature\":\"AA\"}}")]
    [InlineData("{\"id\":\"AAAA\",\"id\":\"AAAA\",\"type\":\"public-key\",\"response\":{}}")]
    public async Task What_is_no_answer_is_refused(string credential)
    {
        using var visit = await Visit.StartAsync(server);
        var page = await visit.OpenAsync();
        var form = page.Document.QuerySelector("form[data-passkey-get]")!;
        var fields = form.QuerySelectorAll("input[name]").Select(input => KeyValuePair.Create(
            input.GetAttribute("name")!, input.GetAttribute("name") == "credential" ? credential : input.GetAttribute("value") ?? string.Empty));

        AssertRefused(await visit.Browser.PostAsync(form.GetAttribute("action")!, [], fields));
    }

    [Fact]
    public async Task A_truncated_answer_is_refused()
    {
        using var visit = await Visit.StartAsync(server);
        var passkey = await server.AddPasskeyAsync(visit.User);
        var page = await visit.OpenAsync();
        var credential = passkey.Assert(page.PasskeyRequest());
        credential["response"]!["authenticatorData"] = "AAAA";

        AssertRefused(await visit.Browser.SubmitPasskeyAsync(page, credential));
    }

    [Fact]
    public async Task A_challenge_is_good_in_its_browser_for_its_application_and_a_quarter_of_an_hour()
    {
        using var visit = await Visit.StartAsync(server);
        using var thief = visit with { Browser = server.NewBrowser() };
        using var elsewhere = await Visit.StartAsync(server);
        var passkey = await server.AddPasskeyAsync(visit.User);
        var page = await visit.OpenAsync();

        AssertRefused(await thief.Browser.SubmitPasskeyAsync(await thief.OpenAsync(), passkey.Assert(page.PasskeyRequest())));
        AssertRefused(await visit.Browser.SubmitPasskeyAsync(await visit.Browser.OpenAsync(elsewhere.Party.Call().Url), passkey.Assert(page.PasskeyRequest())));
        server.Clock.Advance(TimeSpan.FromMinutes(15));
        AssertRefused(await visit.Browser.SubmitPasskeyAsync(page, passkey.Assert(page.PasskeyRequest())));
    }

    [Fact]
    public async Task A_challenge_of_the_api_does_not_sign_in()
    {
        using var visit = await Visit.StartAsync(server);
        var passkey = await server.AddPasskeyAsync(visit.User);
        var page = await visit.OpenAsync();
        var request = page.PasskeyRequest();
        request["challenge"] = server.Get<PasskeyChallenges>().Make(new() { Purpose = PasskeyPurpose.ApiAssert, ApplicationId = visit.Party.Application.Id });

        AssertRefused(await visit.Browser.SubmitPasskeyAsync(page, passkey.Assert(request)));
    }

    [Fact]
    public async Task Another_site_s_post_does_nothing()
    {
        using var visit = await Visit.StartAsync(server);
        var passkey = await server.AddPasskeyAsync(visit.User);
        var page = await visit.OpenAsync();
        var form = page.Document.QuerySelector("form[data-passkey-get]")!;

        var answer = await visit.Browser.PostAsync(
            form.GetAttribute("action")!,
            [("Origin", "https://evil.example")],
            [KeyValuePair.Create("step", "passkey"), KeyValuePair.Create("credential", passkey.Assert(page.PasskeyRequest()).ToJsonString())]);

        Assert.Null(visit.Browser.Cookie("session"));
        answer.AssertStep("login");
    }

    [Fact]
    public async Task Who_has_to_prove_again_who_they_are_can_not_do_it_with_somebody_else_s_passkey()
    {
        using var visit = await Visit.StartAsync(server);
        var own = await server.AddPasskeyAsync(visit.User);
        var foreign = await server.AddPasskeyAsync(await server.AddUserAsync());
        await visit.SignInAsync();
        var page = await visit.OpenAsync(("prompt", "login"));

        AssertRefused(await visit.Browser.SubmitPasskeyAsync(page, foreign.Assert(page.PasskeyRequest())));
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitPasskeyAsync(page, own.Assert(page.PasskeyRequest()))).Code);
    }

    [Fact]
    public async Task Keep_me_signed_in_counts_for_passkeys_too()
    {
        using var visit = await Visit.StartAsync(server);
        var passkey = await server.AddPasskeyAsync(visit.User);
        var page = await visit.OpenAsync();

        await visit.Browser.SubmitPasskeyAsync(page, passkey.Assert(page.PasskeyRequest()), ("keepSignedIn", "true"));

        server.Clock.Advance(TimeSpan.FromDays(2));
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.OpenAsync()).Code);
    }

    [Fact]
    public async Task Who_is_shut_out_or_has_expired_does_not_get_in()
    {
        using var visit = await Visit.StartAsync(server);
        var passkey = await server.AddPasskeyAsync(visit.User);
        await server.DeactivateAsync(visit.User);
        var call = visit.Party.Call();
        var page = await visit.Browser.OpenAsync(call.Url);

        AuthorizeAnswer.Read(await visit.Browser.SubmitPasskeyAsync(page, passkey.Assert(page.PasskeyRequest()))).AssertRefused(server, call, "access_denied", "user_locked", "deactivated");

        var expired = await server.AddUserAsync(change: user => user with { ExpiresAt = server.Clock.GetUtcNow() });
        passkey = await server.AddPasskeyAsync(expired);
        page = await visit.Browser.OpenAsync(call.Url);
        AuthorizeAnswer.Read(await visit.Browser.SubmitPasskeyAsync(page, passkey.Assert(page.PasskeyRequest()))).AssertRefused(server, call, "access_denied", "user_expired", "expired");
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Fact]
    public async Task A_lock_against_guessed_passwords_does_not_keep_the_owner_of_a_passkey_out()
    {
        using var visit = await Visit.StartAsync(server);
        var passkey = await server.AddPasskeyAsync(visit.User);
        for (var guess = 0; guess < 5; guess++)
        {
            await visit.Browser.SubmitAsync(await visit.OpenAsync(), ("loginId", visit.User.Email!), ("password", "guess"));
        }

        var page = await visit.OpenAsync();
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitPasskeyAsync(page, passkey.Assert(page.PasskeyRequest()))).Code);
    }

    [Fact]
    public async Task An_application_may_do_without_passkeys()
    {
        using var visit = await Visit.StartAsync(server, null, settings => settings with { WebAuthnConfiguration = new() { Enabled = false } });

        Assert.Null((await visit.OpenAsync()).Document.QuerySelector("[data-passkey-get]"));
    }

    [Fact]
    public async Task Failures_slow_an_address_down()
    {
        await using var braked = await TestServer.StartAsync();
        using var visit = await Visit.StartAsync(braked);
        var page = await visit.OpenAsync();
        for (var attempt = 0; attempt < 30; attempt++)
        {
            await visit.Browser.SubmitPasskeyAsync(page, new JsonObject());
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await visit.Browser.SubmitPasskeyAsync(page, new JsonObject())).Status);
    }

    private static void AssertRefused(BrowserPage page)
    {
        page.AssertStep("login");
        Assert.Contains(NotAccepted, page.Problems(), StringComparison.Ordinal);
    }
}
