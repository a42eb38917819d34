using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Factors;
using IdentityServer.Groups;
using IdentityServer.Interactions;
using IdentityServer.Links;
using IdentityServer.Protocol;
using IdentityServer.Recovery;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Tokens;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>
/// What becomes of a proof that came in by the management API: tokens, or what is still due (§10.1). The only place of the API that
/// issues tokens to people; password, mailed code, passkey and second factor all end here.
/// </summary>
internal sealed class LoginAnswers(
    Registrar registrar,
    Members members,
    SecondFactors factors,
    PendingLogins pending,
    BrowserTrust trust,
    DirectTokens tokens,
    TokenCookies cookies,
    MailAvailability mail,
    LinkStore links,
    AddressVerification verification,
    Database database,
    TimeProvider clock)
{
    /// <summary>Authenticated, and not registered for the application.</summary>
    public const int NotRegistered = 202;

    /// <summary>The password must be changed first.</summary>
    public const int PasswordChangeDue = 203;

    /// <summary>The e-mail address must be proven first.</summary>
    public const int AddressUnproven = 212;

    /// <summary>In, and the registration is not proven.</summary>
    public const int RegistrationUnproven = 213;

    /// <summary>A second factor is due, or to be set up.</summary>
    public const int SecondFactorDue = 242;

    private static readonly JsonArray Configurable = ["authenticator"];

    /// <summary>The answer.</summary>
    public async Task<ApiResult> AnswerAsync(Proof proof, LoginFacts facts, CancellationToken cancellation)
    {
        var (user, application, now) = (proof.User, facts.Application, clock.GetUtcNow());
        if (!user.Active)
        {
            return ApiResult.Of(StatusCodes.Status423Locked);
        }

        if (user.ExpiresAt <= now)
        {
            return ApiResult.Of(StatusCodes.Status410Gone);
        }

        var trusted = await trust.CountsAsync(application, null, user, proof.Amr, facts.TrustId, cancellation);
        if (SecondFactorRule.Of(application, null, user, proof.Amr, trusted) is not SecondFactorNeed.None and var need)
        {
            return await ChallengeAsync(proof, facts, need, cancellation);
        }

        if (user.PasswordChangeRequired)
        {
            return await RequirePasswordChangeAsync(user, cancellation);
        }

        var registrations = await registrar.ListAsync(user.Id, cancellation);
        var registration = application is null ? null : registrations.Find(row => row.ApplicationId == application.Id);
        TokenResponse? issued = null;
        var answer = new JsonObject { ["user"] = UserWire.Show(user, registrations, await members.OfUserAsync(user, cancellation)) };
        if (application is not null && Admission.MustProveAddress(application, user))
        {
            answer["emailVerificationId"] = await MailCodeAsync(application, user, LinkPurpose.VerifyEmail, facts, cancellation);
            answer["state"] = facts.ShowState();
            return ApiResult.Of(AddressUnproven, ApiJson.WithoutNulls(answer));
        }

        if (application is not null && !facts.NoJwt && Admission.Check(application, user, registration, now) is null)
        {
            issued = await tokens.IssueAsync(proof, application, registration, facts.Address?.ToString(), cancellation);
            if (issued is null)
            {
                return ApiResult.Missing; // Shut out, or a credential changed, in this very moment.
            }

            answer["token"] = issued.AccessToken;
            answer["tokenExpirationInstant"] = issued.ExpiresAt.ToUnixTimeMilliseconds();
            answer["refreshToken"] = issued.RefreshToken;
            answer["refreshTokenId"] = issued.RefreshTokenId;
        }

        answer["state"] = facts.ShowState();
        answer["twoFactorTrustId"] = facts.NewTrustId;
        answer["trustToken"] = facts.TrustToken;
        var status = application is not null && registration is null ? NotRegistered : StatusCodes.Status200OK;
        if (registration is { Verified: false } && application!.Settings.VerifyRegistration is true)
        {
            status = RegistrationUnproven;
            answer["registrationVerificationId"] = await MailCodeAsync(application, user, LinkPurpose.VerifyRegistration, facts, cancellation);
        }

        var result = ApiResult.Of(status, ApiJson.WithoutNulls(answer));
        return issued is not null && facts.Cookies ? cookies.Give(result, issued, now + application!.RefreshTokenLifetime) : result;
    }

    /// <summary>The answer about somebody who is in already, without tokens.</summary>
    public async Task<ApiResult> ShowAsync(User user, Application? application, CancellationToken cancellation)
    {
        var registrations = await registrar.ListAsync(user.Id, cancellation);
        var isRegistered = application is null || registrations.Exists(row => row.ApplicationId == application.Id);
        return ApiResult.Of(
            isRegistered ? StatusCodes.Status200OK : NotRegistered,
            new JsonObject { ["user"] = UserWire.Show(user, registrations, await members.OfUserAsync(user, cancellation)) });
    }

    /// <summary>What the answer to a sign-in that waits says of the person's factors.</summary>
    public async Task<JsonObject> ShowPendingAsync(string id, User user, CancellationToken cancellation) => new()
    {
        ["twoFactorId"] = id,
        ["methods"] = ApiJson.List((await factors.ListAsync(user.Id, cancellation)).Select(TwoFactorMethodWire.Show)),
    };

    private async Task<ApiResult> ChallengeAsync(Proof proof, LoginFacts facts, SecondFactorNeed need, CancellationToken cancellation)
    {
        var id = await pending.BeginAsync(new PendingLogin(proof, facts.Application?.Id, facts.State), cancellation);
        var answer = await ShowPendingAsync(id, proof.User, cancellation);
        if (need is SecondFactorNeed.SetUp)
        {
            answer["configurableMethods"] = Configurable.DeepClone();
        }

        return ApiResult.Of(SecondFactorDue, answer);
    }

    // The id goes to whoever signs in; it takes the code in the mail. Where people open a link, the application asks for the mail.
    private async Task<string?> MailCodeAsync(Application application, User user, LinkPurpose purpose, LoginFacts facts, CancellationToken cancellation) =>
        application.VerifiesByCode && mail.IsOn
            ? (await verification.AskAsync(user, purpose, new RecoveryWish { Application = application, Address = facts.Address, ByCode = true }, cancellation))?.Secret
            : null;

    private async Task<ApiResult> RequirePasswordChangeAsync(User user, CancellationToken cancellation)
    {
        var made = await database.WriteAsync(
            (db, token) => links.MakeAsync(
                db,
                new NewLink { Purpose = LinkPurpose.ChangePassword, TenantId = user.TenantId, UserId = user.Id, WithCode = false },
                token),
            cancellation);
        return ApiResult.Of(
            PasswordChangeDue, new JsonObject { ["changePasswordId"] = made.Secret, ["changePasswordReason"] = "Administrative" });
    }
}
