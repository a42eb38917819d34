using IdentityServer.Applications;
using IdentityServer.Logins;
using IdentityServer.Passkeys;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary><c>/api/webauthn/login</c> (§13): sign-in with a passkey, for applications that ask for it themselves.</summary>
internal sealed class WebAuthnLoginApi(ApplicationCatalog applications, PasskeyLogin logins, RelyingParty party, LoginAnswers answers)
{
    /// <summary>Maps the call.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<WebAuthnLoginApi>(routes.ServiceProvider);
        routes.MapPublicApi("POST", "/api/webauthn/login", WebAuthnShape.Login, api.LoginAsync);
    }

    private async Task<ApiResult> LoginAsync(ApiRequest request, CancellationToken cancellation)
    {
        var application = LoginFacts.FindApplication(request, applications);
        var facts = LoginFacts.Read(request, application);
        var response = WebAuthnWire.ReadResponse(request, party);
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        // A challenge that asks for a verified user is one of a workflow that stands for a sign-in.
        var attempt = new PasskeyAttempt(
            response,
            challenge => challenge is { Purpose: PasskeyPurpose.ApiAssert, MustVerify: true } && (application is null || challenge.ApplicationId == application.Id),
            application,
            facts.Address);
        var (outcome, proof) = await logins.AttemptAsync(attempt, cancellation);
        return outcome switch
        {
            _ when proof is not null => await answers.AnswerAsync(proof, facts, cancellation),
            LoginOutcome.Disabled { User: var user } => await BarAsync(user),
            LoginOutcome.Expired { User: var user } => await BarAsync(user),
            LoginOutcome.Throttled throttled => ApiResult.TooMany(throttled.RetryAfter),
            _ => ApiResult.Refused(PasskeyCeremonies.Refused()),
        };

        // One place knows the statuses.
        Task<ApiResult> BarAsync(User user) => answers.AnswerAsync(new Proof(user, AuthenticationType.WebAuthn, Amr.ProofOfPossession), facts, cancellation);
    }
}
