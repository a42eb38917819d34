using System.Text.Json;
using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Tests.Authorizations;

/// <summary>The one place that says whether a person may have tokens, case by case.</summary>
public sealed class AdmissionTests
{
    private static readonly DateTimeOffset Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Guid Tenant = Guid.NewGuid();

    [Fact]
    public void Somebody_who_is_all_right_may() => Assert.Null(Admission.Check(NewApplication(), NewUser(), null, Now));

    [Fact]
    public void A_lock_against_guessing_ends_no_token() =>
        Assert.Null(Admission.Check(NewApplication(), NewUser(user => user.LockoutEnd = Now.AddHours(1)), null, Now));

    public static TheoryData<string, Action<User>> ShutOut => new()
    {
        { "user_locked", user => user.Active = false },
        { "user_expired", user => user.ExpiresAt = Now },
        { "change_password_administrative", user => user.PasswordChangeRequired = true },
    };

    [Theory]
    [MemberData(nameof(ShutOut))]
    public void Somebody_who_is_shut_out_may_not(string reason, Action<User> change)
    {
        var refusal = Admission.Check(NewApplication(), NewUser(change), NewRegistration(), Now);

        Assert.Equal(("access_denied", reason), (refusal?.Code, refusal?.Reason));
    }

    [Fact]
    public void Somebody_who_is_gone_or_of_another_tenant_may_not()
    {
        Assert.Equal("user_not_found", Admission.Check(NewApplication(), null, null, Now)?.Reason);
        Assert.Equal("user_not_found", Admission.Check(NewApplication(), NewUser(tenant: Guid.NewGuid()), null, Now)?.Reason);
    }

    [Fact]
    public void A_deactivated_application_gets_nobody() =>
        Assert.Equal(("unauthorized_client", "login_prevented"), Of(Admission.Check(NewApplication(active: false), NewUser(), NewRegistration(), Now)));

    [Theory]
    [InlineData(false, false, false, true)]
    [InlineData(true, false, false, false)]
    [InlineData(true, false, true, true)]
    [InlineData(true, true, false, true)]
    public void An_application_may_want_people_registered_unless_they_may_register_themselves(bool required, bool selfService, bool registered, bool admitted)
    {
        var application = NewApplication(new ApplicationSettings
        {
            OauthConfiguration = new() { RequireRegistration = required },
            RegistrationConfiguration = new() { Enabled = selfService },
        });

        var refusal = Admission.Check(application, NewUser(), registered ? NewRegistration() : null, Now);

        Assert.Equal(admitted ? (null, null) : ("access_denied", "registration_required"), Of(refusal));
    }

    [Fact]
    public void An_account_is_good_until_the_moment_it_expires() =>
        Assert.Null(Admission.Check(NewApplication(), NewUser(user => user.ExpiresAt = Now.AddMilliseconds(1)), null, Now));

    private static (string? Code, string? Reason) Of(Protocol.OAuthError? error) => (error?.Code, error?.Reason);

    private static Application NewApplication(ApplicationSettings? settings = null, bool active = true) => new(new StoredApplication
    {
        Id = Guid.NewGuid(),
        TenantId = Tenant,
        ClientId = "client",
        Name = "Client",
        Active = active,
        Settings = JsonSerializer.Serialize(settings ?? new(), ApplicationSettings.Json),
        CreatedAt = Now,
        UpdatedAt = Now,
    });

    private static User NewUser(Action<User>? change = null, Guid? tenant = null)
    {
        var user = new User { Id = Guid.NewGuid(), TenantId = tenant ?? Tenant, SecurityStamp = "stamp", CreatedAt = Now, UpdatedAt = Now };
        change?.Invoke(user);
        return user;
    }

    private static Registration NewRegistration() => new()
    {
        Id = Guid.NewGuid(),
        UserId = Guid.NewGuid(),
        ApplicationId = Guid.NewGuid(),
        CreatedAt = Now,
        UpdatedAt = Now,
    };
}
