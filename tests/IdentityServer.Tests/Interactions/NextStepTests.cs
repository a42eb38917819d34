using System.Text.Json;
using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.Tests.Interactions;

/// <summary>What comes next, as a table: request and state on the left, the step, the refusal or the code on the right.</summary>
public sealed class NextStepTests
{
    private const string Code = "code";

    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid UserId = Guid.CreateVersion7();
    private static readonly Guid SessionId = Guid.CreateVersion7();
    private static readonly Interaction Authenticated = new(SessionId, Authenticated: true);

    [Theory]
    [InlineData("", "Login")]
    [InlineData("prompt=none", "login_required")]
    [InlineData("prompt=login", "Login")]
    [InlineData("prompt=consent", "Login")]
    [InlineData("prompt=select_account", "Login")]
    [InlineData("max_age=0", "Login")]
    public void Nobody_is_signed_in(string query, string next) => AssertNext(next, New(query));

    [Theory]
    [InlineData("", Code)]
    [InlineData("prompt=none", Code)]
    [InlineData("prompt=login", "Login")]
    [InlineData("prompt=consent", "Consent")]
    [InlineData("prompt=select_account", "SelectAccount")]
    [InlineData("prompt=select_account%20login", "Login")]
    [InlineData("prompt=consent%20select_account", "SelectAccount")]
    [InlineData("max_age=0", "Login")]
    [InlineData("max_age=0&prompt=none", "login_required")]
    [InlineData("max_age=599", "Login")]
    [InlineData("max_age=600", "Login")]
    [InlineData("max_age=601", Code)]
    public void Somebody_signed_in_ten_minutes_ago(string query, string next) => AssertNext(next, SignedIn(query));

    [Theory]
    [InlineData("prompt=login")]
    [InlineData("prompt=select_account")]
    [InlineData("prompt=login%20select_account")]
    [InlineData("max_age=0")]
    public void Whoever_signed_in_for_this_request_is_not_asked_again(string query) =>
        AssertNext(Code, SignedIn(query) with { Interaction = Authenticated });

    [Fact]
    public void The_application_s_default_max_age_counts_where_the_request_names_none()
    {
        var application = New(settings => settings with { ClientMetadata = new() { DefaultMaxAge = 60 } });

        AssertNext("Login", SignedIn("", application));
        AssertNext(Code, SignedIn("max_age=3600", application));
    }

    [Fact]
    public void An_account_once_chosen_is_not_asked_for_again() =>
        AssertNext(Code, SignedIn("prompt=select_account") with { Interaction = new(SessionId, AccountSelected: true) });

    [Fact]
    public void Choosing_the_account_does_not_prove_who_one_is() =>
        AssertNext("Login", SignedIn("prompt=login%20select_account") with { Interaction = new(SessionId, AccountSelected: true) });

    [Theory]
    [InlineData("", "Login")]
    [InlineData("prompt=select_account", "Login")]
    [InlineData("prompt=none", "login_required")]
    public void Whoever_wants_another_account_signs_in(string query, string next)
    {
        AssertNext(next, SignedIn(query) with { WantsAnotherAccount = true });
        AssertNext(Code, SignedIn("prompt=select_account") with { WantsAnotherAccount = true, Interaction = Authenticated });
    }

    [Fact]
    public void Registration_asks_those_who_are_signed_in_too_until_they_have_registered()
    {
        AssertNext("Register", New("") with { Registering = true });
        AssertNext("Register", SignedIn("") with { Registering = true });
        AssertNext("login_required", SignedIn("prompt=none") with { Registering = true });
        AssertNext(Code, SignedIn("") with { Registering = true, Interaction = Authenticated });
    }

    [Fact]
    public void A_hint_at_another_person_asks_for_them_and_takes_nobody_else()
    {
        var other = Guid.NewGuid().ToString();

        AssertNext(Code, SignedIn("") with { HintedSubject = UserId.ToString() });
        AssertNext("Login", SignedIn("") with { HintedSubject = other });
        AssertNext("login_required", SignedIn("prompt=none") with { HintedSubject = other });
        AssertNext("login_required", SignedIn("") with { HintedSubject = other, Interaction = Authenticated });
    }

    [Fact]
    public void A_subject_asked_for_as_a_claim_is_such_a_hint()
    {
        AssertNext(Code, SignedIn(ClaimsOf($$$"""{"sub":{"value":"{{{UserId}}}"}}""")));
        AssertNext(Code, SignedIn(ClaimsOf("""{"sub":null}""")));
        AssertNext(Code, SignedIn(ClaimsOf($$$"""{"sub":{"values":["somebody","{{{UserId}}}"]}}""")));
        AssertNext("Login", SignedIn(ClaimsOf("""{"sub":{"value":"somebody"}}""")));
        AssertNext("Login", SignedIn(ClaimsOf("""{"sub":{"value":5}}""")));
        AssertNext("Login", SignedIn(ClaimsOf("""{"sub":{"values":["somebody","somebody else"]}}""")));
        AssertNext("login_required", SignedIn(ClaimsOf("""{"sub":{"value":"somebody"}}""")) with { Interaction = Authenticated });
        AssertNext("Login", SignedIn(ClaimsOf("""{"sub":{"value":"somebody"}}""")) with { HintedSubject = UserId.ToString() });
    }

    [Theory]
    [InlineData("""{"acr":{"essential":true,"values":["1"]}}""", Code)]
    [InlineData("""{"acr":{"essential":true,"value":"1"}}""", Code)]
    [InlineData("""{"acr":{"essential":true}}""", Code)]
    [InlineData("""{"acr":{"values":["urn:gold"]}}""", Code)]
    [InlineData("""{"acr":{"essential":true,"values":["urn:gold"]}}""", "unmet_authentication_requirements")]
    public void Only_an_essential_acr_that_cannot_be_reached_is_refused(string idToken, string next) =>
        AssertNext(next, SignedIn(ClaimsOf(idToken)));

    [Theory]
    [InlineData(null, false, "", Code)]
    [InlineData(null, true, "", "SecondFactor")]
    [InlineData(null, true, "prompt=none", "login_required")]
    [InlineData(null, true, "prompt=login", "Login")]
    [InlineData(MultiFactorLoginPolicy.Disabled, true, "", Code)]
    [InlineData(MultiFactorLoginPolicy.Disabled, true, "acr_values=2", "SecondFactor")]
    [InlineData(MultiFactorLoginPolicy.Disabled, true, "acr_values=gold%202%201", "SecondFactor")]
    [InlineData(MultiFactorLoginPolicy.Disabled, true, "acr_values=1%202", Code)]
    [InlineData(MultiFactorLoginPolicy.Disabled, false, "acr_values=2", Code)]
    [InlineData(MultiFactorLoginPolicy.Required, true, "", "SecondFactor")]
    [InlineData(MultiFactorLoginPolicy.Required, false, "", "Login")]
    [InlineData(MultiFactorLoginPolicy.Required, false, "prompt=none", "login_required")]
    public void A_session_of_one_factor(MultiFactorLoginPolicy? policy, bool hasFactor, string query, string next)
    {
        var application = WithFactors(policy);

        AssertNext(next, Change(SignedIn(query, application), user => user.TwoFactorEnabled = hasFactor));
        if (!query.Contains("prompt=login", StringComparison.Ordinal))
        {
            AssertNext(Code, Change(SignedIn(query, application, "pop user mfa"), user => user.TwoFactorEnabled = hasFactor));
        }
    }

    [Fact]
    public void Who_has_just_proved_who_they_are_may_set_a_second_factor_up()
    {
        var situation = SignedIn("", WithFactors(MultiFactorLoginPolicy.Required));

        AssertNext("SetUpFactor", situation with { Interaction = Authenticated });
        AssertNext("SetUpFactor", situation with { Now = Now.AddMinutes(-1) });
        AssertNext("interaction_required", SignedIn("prompt=none", WithFactors(MultiFactorLoginPolicy.Required)) with { Now = Now.AddMinutes(-1) });
    }

    [Theory]
    [InlineData(null, "", Code)]
    [InlineData(MultiFactorLoginPolicy.Required, "", Code)]
    [InlineData(null, "acr_values=2", "SecondFactor")]
    public void A_trusted_browser_stands_in_where_the_policy_asks_and_not_where_the_request_does(MultiFactorLoginPolicy? policy, string query, string next) =>
        AssertNext(next, Change(SignedIn(query, WithFactors(policy)) with { Trusted = true }, user => user.TwoFactorEnabled = true));

    [Theory]
    [InlineData(true, "", "SecondFactor")]
    [InlineData(true, "prompt=none", "login_required")]
    [InlineData(false, "", "Login")]
    public void A_sign_in_that_waits_for_its_second_factor_goes_before_the_session(bool hasFactor, string query, string next)
    {
        var half = new User { Id = Guid.NewGuid(), TenantId = Guid.Empty, SecurityStamp = "", CreatedAt = Now, UpdatedAt = Now, TwoFactorEnabled = hasFactor };
        var waiting = new HalfSignIn(new Proof(half, AuthenticationType.Password, Amr.Password), false);

        AssertNext(next, New(query) with { Half = waiting });
        AssertNext(hasFactor ? next : Code, SignedIn(query) with { Half = waiting });
    }

    [Theory]
    [InlineData("""{"acr":{"essential":true,"value":"2"}}""", true, "SecondFactor")]
    [InlineData("""{"acr":{"essential":true,"value":"2"}}""", false, "Login")]
    [InlineData("""{"acr":{"essential":true,"values":["1","2"]}}""", false, Code)]
    [InlineData("""{"acr":{"values":["2","1"]}}""", true, "SecondFactor")]
    [InlineData("""{"acr":{"values":["2","1"]}}""", false, Code)]
    public void An_acr_claim_asks_for_two_factors(string idToken, bool hasFactor, string next) =>
        AssertNext(next, Change(SignedIn(ClaimsOf(idToken), WithFactors(MultiFactorLoginPolicy.Disabled)), user => user.TwoFactorEnabled = hasFactor));

    [Theory]
    [InlineData(Relationship.FirstParty, null, "", Code)]
    [InlineData(Relationship.FirstParty, ConsentMode.RememberDecision, "", "Consent")]
    [InlineData(Relationship.FirstParty, ConsentMode.AlwaysPrompt, "", "Consent")]
    [InlineData(Relationship.ThirdParty, null, "", "Consent")]
    [InlineData(Relationship.ThirdParty, null, "prompt=none", "consent_required")]
    [InlineData(Relationship.ThirdParty, ConsentMode.NeverPrompt, "", Code)]
    [InlineData(Relationship.ThirdParty, ConsentMode.NeverPrompt, "prompt=consent", "Consent")]
    public void Consent_is_asked_for_by_mode_and_for_those_who_are_not_of_the_house(Relationship relationship, ConsentMode? mode, string query, string next)
    {
        var application = WithConsent(relationship, mode);

        AssertNext(next, SignedIn(query, application));
        AssertNext(Code, SignedIn(query.Replace("prompt=none", "", StringComparison.Ordinal), application) with { Interaction = new(SessionId, Consented: true) });
    }

    [Theory]
    [InlineData("openid", null, Code)]
    [InlineData("", null, Code)]
    [InlineData("openid%20email", null, Code)]
    [InlineData("openid%20email%20phone", null, "Consent")]
    [InlineData("openid", ConsentMode.AlwaysPrompt, "Consent")]
    public void Remembered_consent_covers_the_scopes_it_was_given_for(string scope, ConsentMode? mode, string next) => AssertNext(
        next,
        SignedIn("scope=" + scope, WithConsent(Relationship.ThirdParty, mode)) with
        {
            Consent = new Consent { UserId = UserId, ApplicationId = Guid.Empty, Scopes = "email openid", GivenAt = Now },
        });

    [Fact]
    public void Nobody_gets_a_code_who_may_not_have_tokens()
    {
        AssertNext("access_denied", Change(SignedIn(""), user => user.Active = false));
        AssertNext("access_denied", Change(SignedIn(""), user => user.ExpiresAt = Now));
        AssertNext("access_denied", Change(SignedIn("prompt=none"), user => user.Active = false));
    }

    [Theory]
    [InlineData(UnverifiedBehavior.Allow, Code)]
    [InlineData(UnverifiedBehavior.Gated, "VerifyEmail")]
    [InlineData(UnverifiedBehavior.GatedTokens, "VerifyEmail")]
    public void An_application_may_want_a_proven_address(UnverifiedBehavior behavior, string next)
    {
        var situation = SignedIn("", New(settings => settings with { Unverified = new() { Behavior = behavior } }));

        AssertNext(next, Change(situation, user => (user.Email, user.Verified) = ("ada@example.com", false)));
        AssertNext(Code, Change(situation, user => (user.Email, user.Verified) = ("ada@example.com", true)));
        AssertNext(Code, Change(situation, user => (user.Email, user.Verified) = (null, false)));
    }

    [Fact]
    public void A_password_that_must_change_is_changed_before_anything_else_and_not_silently()
    {
        AssertNext("ChangePassword", Change(SignedIn(""), user => user.PasswordChangeRequired = true));
        AssertNext("interaction_required", Change(SignedIn("prompt=none"), user => user.PasswordChangeRequired = true));
        AssertNext("access_denied", Change(SignedIn(""), user => (user.PasswordChangeRequired, user.Active) = (true, false)));
    }

    [Fact]
    public void An_application_for_the_registered_takes_others_only_where_they_may_register()
    {
        var closed = New(settings => settings with { OauthConfiguration = new() { RequireRegistration = true } });
        var open = New(settings => settings with { OauthConfiguration = new() { RequireRegistration = true }, RegistrationConfiguration = new() { Enabled = true } });

        AssertNext("access_denied", SignedIn("", closed));
        AssertNext(Code, SignedIn("", closed) with { Registration = new Registration { Id = Guid.NewGuid(), UserId = UserId, ApplicationId = closed.Id, CreatedAt = Now, UpdatedAt = Now } });
        AssertNext(Code, SignedIn("", open));
    }

    [Fact]
    public void A_refusal_is_not_hidden_behind_a_page() =>
        AssertNext("access_denied", Change(SignedIn("prompt=consent"), user => user.Active = false));

    private static void AssertNext(string next, Situation situation)
    {
        var (step, refusal) = NextStep.Decide(situation);
        Assert.Equal(next, refusal?.Code ?? step?.ToString() ?? Code);
        Assert.True(step is null || refusal is null);
    }

    private static string ClaimsOf(string idToken) => "claims=" + Uri.EscapeDataString($$"""{"id_token":{{idToken}}}""");

    private static Situation SignedIn(string query, Application? application = null, string amr = "pwd") => New(query, application) with
    {
        Session = new Session
        {
            Id = SessionId,
            SecretHash = [],
            TenantId = Guid.Empty,
            UserId = UserId,
            AuthenticatedAt = Now.AddMinutes(-10),
            Amr = amr,
            Persistent = false,
            LastSeenAt = Now,
            ExpiresAt = Now.AddHours(1),
        },
        User = new User { Id = UserId, TenantId = Guid.Empty, SecurityStamp = "", CreatedAt = Now, UpdatedAt = Now },
    };

    private static Situation New(string query, Application? application = null)
    {
        application ??= New(settings => settings);
        var pairs = query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], Uri.UnescapeDataString(pair[1])));
        Assert.False(RequestParameters.Parse(pairs).Failed(out _, out var parameters));
        var request = AuthorizeRequest.Parse(parameters!);
        Assert.Null(request.Malformed);
        return new Situation
        {
            Limits = new(),
            Request = request,
            Registering = false,
            Application = application,
            Scopes = application.Client.NarrowScope(request.Scope),
            Now = Now,
        };
    }

    private static Situation Change(Situation situation, Action<User> change)
    {
        change(situation.User!);
        return situation;
    }

    private static Application WithConsent(Relationship relationship, ConsentMode? mode) =>
        New(settings => settings with { OauthConfiguration = new() { Relationship = relationship, ConsentMode = mode } });

    private static Application WithFactors(MultiFactorLoginPolicy? policy) =>
        New(settings => settings with { MultiFactorConfiguration = new() { LoginPolicy = policy } });

    private static Application New(Func<ApplicationSettings, ApplicationSettings> change) => new(new StoredApplication
    {
        Id = Guid.CreateVersion7(),
        TenantId = Guid.Empty,
        ClientId = "client",
        Name = "Client",
        Settings = JsonSerializer.Serialize(change(new ApplicationSettings()), ApplicationSettings.Json),
        CreatedAt = Now,
        UpdatedAt = Now,
    });
}
