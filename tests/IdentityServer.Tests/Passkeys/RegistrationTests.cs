using IdentityServer.Passkeys;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Passkeys;

/// <summary>WebAuthn §7.1: which new passkeys are taken.</summary>
public sealed class RegistrationTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnEachDatabase]
    public async Task A_passkey_is_stored_as_it_came_and_its_challenge_spent(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync();
        var authenticator = SoftAuthenticator.For(server);
        authenticator.Flag |= SoftAuthenticator.Flags.BackupEligible | SoftAuthenticator.Flags.BackedUp;
        authenticator.Aaguid = Guid.Parse("bada5566-a7aa-401f-bd96-45619a55120d");
        var response = PasskeyResponse.Read(authenticator.Register(Options(server, user)))!;

        Assert.True(await StoreAsync(server, response));
        Assert.False(await StoreAsync(server, response));

        var stored = await server.ReadAsync(db => db.Passkeys.SingleAsync(row => row.UserId == user.Id));
        Assert.Equal(authenticator.CredentialId, stored.CredentialId);
        Assert.Equal(("1Password", "internal hybrid", true, true, true, true), (stored.Name, stored.Transports, stored.UserVerified, stored.BackupEligible, stored.BackedUp, stored.Discoverable!.Value));
        Assert.Equal("ES256", CoseKey.Parse(stored.PublicKey)!.Name);
        Assert.Equal(1, await server.ReadAsync(db => db.AuditEntries.CountAsync(row => row.Message == "passkey registered" && row.Data!.Contains(user.Id.ToString()))));
    }

    [Theory, OnEachDatabase]
    public async Task A_credential_belongs_to_one_person(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var passkey = await server.AddPasskeyAsync(await server.AddUserAsync());
        var other = await server.AddUserAsync();

        Assert.Null(await CheckAsync(server, passkey.Register(Options(server, other))));
    }

    [Theory, OnEachDatabase]
    public async Task Of_many_who_register_one_credential_at_once_one_gets_it(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var authenticator = SoftAuthenticator.For(server);
        var verified = new List<VerifiedRegistration>();
        for (var person = 0; person < 4; person++)
        {
            verified.Add((await CheckAsync(server, authenticator.Register(Options(server, await server.AddUserAsync()))))!);
        }

        var stored = await Task.WhenAll(verified.Select(one => Task.Run(() => server.Get<PasskeyCeremonies>().StoreAsync(one, "test", null, None))));

        Assert.Equal(1, stored.Count(one => one));
    }

    [Fact]
    public async Task A_person_who_is_shut_out_gets_no_passkey()
    {
        var server = await TestServer.SharedAsync();
        var user = await server.AddUserAsync();
        var response = PasskeyResponse.Read(SoftAuthenticator.For(server).Register(Options(server, user)))!;
        await server.DeactivateAsync(user);

        Assert.False(await StoreAsync(server, response));
    }

    [Fact]
    public async Task Fifty_passkeys_are_enough_for_anybody()
    {
        var server = await TestServer.SharedAsync();
        var user = await server.AddUserAsync();
        for (var number = 0; number < 50; number++)
        {
            await server.AddPasskeyAsync(user);
        }

        Assert.False(await StoreAsync(server, PasskeyResponse.Read(SoftAuthenticator.For(server).Register(Options(server, user)))!));
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("self", true)]
    [InlineData("forged", false)]
    [InlineData("tpm", false)]
    [InlineData("packed", false)]
    [InlineData("", false)]
    public async Task An_attestation_is_none_or_the_key_s_own(string attestation, bool taken)
    {
        var server = await TestServer.SharedAsync();
        var authenticator = SoftAuthenticator.For(server);
        authenticator.Attestation = attestation;

        Assert.Equal(taken, await CheckAsync(server, authenticator.Register(Options(server, await server.AddUserAsync()))) is not null);
    }

    [Theory]
    [InlineData("origin")]
    [InlineData("rp id")]
    [InlineData("type")]
    [InlineData("absent user")]
    [InlineData("unverified user")]
    [InlineData("backup flag")]
    [InlineData("foreign challenge")]
    public async Task What_does_not_fit_is_refused(string wrong)
    {
        var server = await TestServer.SharedAsync();
        var authenticator = SoftAuthenticator.For(server);
        var options = Options(server, await server.AddUserAsync(), mustVerify: true);
        switch (wrong)
        {
            case "origin": authenticator.Origin = "http://localhost"; break;
            case "rp id": authenticator.RpId = "example.com"; break;
            case "type": authenticator.BendClientData = data => data["type"] = "webauthn.get"; break;
            case "absent user": authenticator.Flag = SoftAuthenticator.Flags.UserVerified; break;
            case "unverified user": authenticator.Flag = SoftAuthenticator.Flags.UserPresent; break;
            case "backup flag": authenticator.Flag |= SoftAuthenticator.Flags.BackedUp; break;
            case "foreign challenge": options["challenge"] = "AAAAAAAAAAAAAAAAAAAAAAAA"; break;
        }

        Assert.Null(await CheckAsync(server, authenticator.Register(options)));
    }

    [Fact]
    public async Task Only_algorithms_that_were_offered_are_taken()
    {
        var server = await TestServer.SharedAsync();
        var options = Options(server, await server.AddUserAsync());
        var credential = SoftAuthenticator.For(server).Register(options);
        var attestation = System.Buffers.Text.Base64Url.DecodeFromChars(credential["response"]!["attestationObject"]!.GetValue<string>());
        // {3: -7} becomes {3: -8}, EdDSA, in the key.
        var at = attestation.AsSpan().IndexOf((byte[])[0x01, 0x02, 0x03, 0x26]);
        attestation[at + 3] = 0x27;
        credential["response"]!["attestationObject"] = System.Buffers.Text.Base64Url.EncodeToString(attestation);

        Assert.Null(await CheckAsync(server, credential));
        Assert.Equal([-7, -257], options["pubKeyCredParams"]!.AsArray().Select(offer => offer!["alg"]!.GetValue<int>()));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari, iPhone")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0", "Edge, Windows")]
    [InlineData("curl/8.5.0", null)]
    public void A_passkey_is_named_after_the_browser_where_its_keeper_is_not_known(string? userAgent, string? name) =>
        Assert.Equal(name, PasskeyNames.Suggest(Guid.Empty, userAgent));

    private static System.Text.Json.Nodes.JsonObject Options(TestServer server, User user, bool mustVerify = false)
    {
        var challenge = server.Get<PasskeyChallenges>().Make(new() { Purpose = PasskeyPurpose.Register, UserId = user.Id, MustVerify = mustVerify });
        return PasskeyOptions.Creation(server.Get<IdentityServer.Passkeys.RelyingParty>(), challenge, user, mustVerify, true, []);
    }

    private static Task<VerifiedRegistration?> CheckAsync(TestServer server, System.Text.Json.Nodes.JsonObject credential) =>
        server.Get<PasskeyCeremonies>().CheckRegistrationAsync(PasskeyResponse.Read(credential)!, _ => true, None);

    private static async Task<bool> StoreAsync(TestServer server, PasskeyResponse response) =>
        await server.Get<PasskeyCeremonies>().CheckRegistrationAsync(response, _ => true, None) is { } verified
        && await server.Get<PasskeyCeremonies>().StoreAsync(verified, "test", null, None);
}
