using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Api;

/// <summary>Sign-ins by the management API that something stands in the way of which the person can mend: 203, 212, 213 (§10.1).</summary>
public sealed class UnprovenLoginTests(MailServer own) : IClassFixture<MailServer>
{
    private const HttpStatusCode AddressUnproven = (HttpStatusCode)212;
    private const HttpStatusCode RegistrationUnproven = (HttpStatusCode)213;

    private TestServer Server => own.Server;

    [Theory]
    [InlineData(UnverifiedBehavior.Gated)]
    [InlineData(UnverifiedBehavior.GatedTokens)]
    public async Task Who_has_not_proven_the_address_gets_no_token_where_the_application_wants_that(UnverifiedBehavior behavior)
    {
        var (application, user, api) = await NewAsync(settings => settings with { Unverified = new() { Behavior = behavior } });

        var answer = await api.PostAsync("/api/login", Login(user, application));

        Assert.Equal(AddressUnproven, answer.Status);
        Assert.Equal(user.Id.ToString(), answer.Json["user"]!["id"]!.GetValue<string>());
        Assert.Equal((null, null), (answer.Json["token"], answer.Json["emailVerificationId"]));
        Assert.Empty(answer.Cookies);
        (await api.PostAsync("/api/user/verify-email", new JsonObject { ["userId"] = user.Id })).ExpectEmpty(HttpStatusCode.OK);
        Assert.NotNull((await api.PostAsync("/api/login", Login(user, application))).Json["token"]);
    }

    [Fact]
    public async Task Elsewhere_an_address_that_is_not_proven_changes_nothing()
    {
        var (application, user, api) = await NewAsync(settings => settings);

        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync("/api/login", Login(user, application))).Status);
    }

    [Fact]
    public async Task A_second_factor_comes_first()
    {
        var (application, user, api) = await NewAsync(settings => settings with { Unverified = new() { Behavior = UnverifiedBehavior.Gated } });
        var app = await Authenticator.AddAsync(Server, user);
        var waiting = await api.PostAsync("/api/login", Login(user, application));
        Assert.Equal(242, (int)waiting.Status);

        var answer = await api.PostAsync("/api/two-factor/login", new JsonObject { ["twoFactorId"] = waiting.Json["twoFactorId"]!.GetValue<string>(), ["code"] = app.Code });

        Assert.Equal(AddressUnproven, answer.Status);
        Assert.Null(answer.Json["token"]);
    }

    [Fact]
    public async Task With_a_form_field_the_id_of_the_answer_and_the_code_of_the_mail_prove_the_address_together()
    {
        var (application, user, api) = await NewAsync(settings => settings with
        {
            Unverified = new() { Behavior = UnverifiedBehavior.Gated },
            VerificationStrategy = VerificationStrategy.FormField,
        });
        var open = Server.ApiWith(null);
        var id = (await api.PostAsync("/api/login", Login(user, application))).Json["emailVerificationId"]!.GetValue<string>();
        var code = (await Server.MailToAsync(user.Email!)).Code();

        (await open.PostAsync($"/api/user/verify-email/{id}", null)).ExpectEmpty(HttpStatusCode.NotFound);
        (await open.PostAsync("/api/user/verify-email", new JsonObject { ["verificationId"] = id, ["oneTimeCode"] = "BBBBBB" })).ExpectEmpty(HttpStatusCode.NotFound);
        (await open.PostAsync("/api/user/verify-registration", new JsonObject { ["verificationId"] = id, ["oneTimeCode"] = code })).ExpectEmpty(HttpStatusCode.NotFound);
        Assert.False((await Server.Get<People>().GetAsync(user.Id, CancellationToken.None)).Verified);
        (await open.PostAsync("/api/user/verify-email", new JsonObject { ["verificationId"] = id, ["oneTimeCode"] = code })).ExpectEmpty(HttpStatusCode.OK);

        var proven = await Server.Get<People>().GetAsync(user.Id, CancellationToken.None);
        Assert.True(proven is { Verified: true, PasswordHash: not null });
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync("/api/login", Login(user, application))).Status);
    }

    [Fact]
    public async Task Wrong_codes_run_out()
    {
        var (application, user, api) = await NewAsync(settings => settings with
        {
            Unverified = new() { Behavior = UnverifiedBehavior.Gated },
            VerificationStrategy = VerificationStrategy.FormField,
        });
        var id = (await api.PostAsync("/api/login", Login(user, application))).Json["emailVerificationId"]!.GetValue<string>();
        var code = (await Server.MailToAsync(user.Email!)).Code();
        for (var number = 0; number < 10; number++)
        {
            (await api.PostAsync("/api/user/verify-email", new JsonObject { ["verificationId"] = id, ["oneTimeCode"] = "BBBBBB" })).ExpectEmpty(HttpStatusCode.NotFound);
        }

        (await api.PostAsync("/api/user/verify-email", new JsonObject { ["verificationId"] = id, ["oneTimeCode"] = code })).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_registration_that_is_not_proven_is_told_with_its_tokens()
    {
        var (application, user, api) = await NewAsync(settings => settings with { VerifyRegistration = true, VerificationStrategy = VerificationStrategy.FormField });

        var answer = await api.PostAsync("/api/login", Login(user, application));

        Assert.Equal(RegistrationUnproven, answer.Status);
        Assert.NotNull(answer.Json["token"]);
        var id = answer.Json["registrationVerificationId"]!.GetValue<string>();
        var code = (await Server.MailToAsync(user.Email!)).Code();
        (await api.PostAsync("/api/user/verify-registration", new JsonObject { ["verificationId"] = id })).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PostAsync("/api/user/verify-registration", new JsonObject { ["verificationId"] = id, ["oneTimeCode"] = code })).ExpectEmpty(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync("/api/login", Login(user, application))).Status);
        var stranger = await Server.AddUserAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync("/api/login", Login(stranger, application))).Status);
    }

    [Fact]
    public async Task A_key_gets_the_code_with_the_id_where_the_application_has_a_form_for_it()
    {
        var (application, user, api) = await NewAsync(settings => settings with { VerificationStrategy = VerificationStrategy.FormField });

        var made = (await api.PutAsync($"/api/user/verify-email?email={user.Email}&applicationId={application.Id}&sendVerifyEmail=false", null)).Json;

        (await api.PostAsync("/api/user/verify-email", new JsonObject { ["verificationId"] = made["verificationId"]!.GetValue<string>() })).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PostAsync("/api/user/verify-email", made["oneTimeCode"] is { } code
            ? new JsonObject { ["verificationId"] = made["verificationId"]!.GetValue<string>(), ["oneTimeCode"] = code.GetValue<string>() }
            : null)).ExpectEmpty(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_password_that_must_be_changed_is_changed_by_the_id_and_the_answer_signs_in()
    {
        var (application, _, api) = await NewAsync(settings => settings);
        var user = await Server.AddUserAsync(application: application, change: wanted => wanted with { PasswordChangeRequired = true });
        var open = Server.ApiWith(null);
        var due = await api.PostAsync("/api/login", Login(user, application));
        Assert.Equal(HttpStatusCode.NonAuthoritativeInformation, due.Status);
        var path = "/api/user/change-password/" + due.Json["changePasswordId"]!.GetValue<string>();
        (await open.GetAsync(path)).ExpectEmpty(HttpStatusCode.OK);

        var changed = await open.PostAsync(path, new JsonObject { ["password"] = "a quite different password" });

        var answer = await api.PostAsync("/api/login", new JsonObject { ["oneTimePassword"] = changed.Json["oneTimePassword"]!.GetValue<string>(), ["applicationId"] = application.Id });
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("ONE_TIME_PASSWORD", IndependentJwt.Read(answer.Json["token"]!.GetValue<string>()).Payload.GetProperty("authenticationType").GetString());
        (await open.GetAsync(path)).ExpectEmpty(HttpStatusCode.NotFound);
    }

    private async Task<(Application Application, User User, ApiClient Api)> NewAsync(Func<ApplicationSettings, ApplicationSettings> settings)
    {
        var application = await Server.AddApplicationAsync(settings);
        return (application, await Server.AddUserAsync(application: application), await Server.NewApiAsync());
    }

    private static JsonObject Login(User user, Application application) =>
        new() { ["loginId"] = user.Email, ["password"] = TestServer.Password, ["applicationId"] = application.Id };
}
