using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Logins;
using IdentityServer.Passkeys;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary>How an application uses passkeys: the words of <c>workflow</c>.</summary>
internal enum PasskeyWorkflow
{
    /// <summary>Instead of a password.</summary>
    Bootstrap,

    /// <summary>For whatever else.</summary>
    General,

    /// <summary>For whoever signed in before.</summary>
    Reauthentication,
}

/// <summary>
/// <c>/api/webauthn</c> (§13): passkeys for applications that have pages of their own under our host. Who may begin holds a key; the
/// browser's answer comes without one, and counts for what its challenge says, and nothing in its body for more.
/// </summary>
internal sealed class WebAuthnApi(
    Database database,
    ApplicationCatalog applications,
    People people,
    PasskeyStore passkeys,
    PasskeyCeremonies ceremonies,
    PasskeyChallenges challenges,
    RelyingParty party,
    AddressBrake brake)
{
    private const int MaxName = PasskeyStore.MaxName;

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<WebAuthnApi>(routes.ServiceProvider);
        routes.MapApi("POST", "/api/webauthn/register/start", WebAuthnShape.StartRegistration, api.StartRegistrationAsync);
        routes.MapPublicApi("POST", "/api/webauthn/register/complete", WebAuthnShape.CompleteRegistration, api.CompleteRegistrationAsync);
        routes.MapApi("POST", "/api/webauthn/start", WebAuthnShape.Start, api.StartAsync);
        routes.MapPublicApi("POST", "/api/webauthn/assert", WebAuthnShape.Assert, api.AssertAsync);
        routes.MapApi("GET", "/api/webauthn", WebAuthnShape.List, api.ListAsync);
        routes.MapApi("GET", "/api/webauthn/{passkeyId}", WebAuthnShape.Get, api.GetAsync);
        routes.MapApi("DELETE", "/api/webauthn/{passkeyId}", WebAuthnShape.Delete, api.DeleteAsync);
        routes.MapApi("DELETE", "/api/webauthn", WebAuthnShape.DeleteAll, api.DeleteAllAsync);
    }

    private async Task<ApiResult> StartRegistrationAsync(ApiRequest request, CancellationToken cancellation)
    {
        var fields = request.Beside();
        var (userId, workflow) = (Needed(request, fields.Id("userId"), "userId"), Needed(request, fields.CamelChoice<PasskeyWorkflow>("workflow"), "workflow"));
        var (name, displayName, userAgent) = (fields.Text("name", MaxName), fields.Text("displayName", MaxName), fields.Text("userAgent", JsonFields.Any));
        if (Closed(request) is { } refusal)
        {
            return refusal;
        }

        if (await people.FindAsync(userId!.Value, cancellation) is not { } user)
        {
            return ApiResult.Missing;
        }

        if (await IsOutOfReachAsync(request, user.Id, cancellation))
        {
            return ApiResult.Denied;
        }

        var mustVerify = workflow is not PasskeyWorkflow.General;
        var challenge = challenges.Make(new PasskeyChallenge
        {
            Purpose = PasskeyPurpose.ApiRegister, UserId = user.Id, MustVerify = mustVerify, Name = displayName, UserAgent = userAgent,
        });
        var existing = await passkeys.OfAsync(user.Id, cancellation);
        return ApiResult.Ok(new JsonObject
        {
            ["options"] = PasskeyOptions.Creation(
                party, challenge, user, mustVerify, discoverable: workflow is PasskeyWorkflow.Bootstrap, existing, name, displayName),
        });
    }

    private async Task<ApiResult> CompleteRegistrationAsync(ApiRequest request, CancellationToken cancellation)
    {
        var userId = Needed(request, request.Beside().Id("userId"), "userId");
        var response = WebAuthnWire.ReadResponse(request, party);
        if (Closed(request) is { } refusal)
        {
            return refusal;
        }

        return await BrakedAsync(request, async () =>
            response is not null
            && await ceremonies.CheckRegistrationAsync(
                response, challenge => challenge.Purpose is PasskeyPurpose.ApiRegister && challenge.UserId == userId, cancellation) is { } verified
            && await ceremonies.StoreAsync(verified, request.Caller.IsNobody ? AuditLog.User(verified.Passkey.UserId) : request.Caller.Actor, null, cancellation)
                ? await ShowAsync(verified.Passkey, cancellation)
                : null);
    }

    private async Task<ApiResult> StartAsync(ApiRequest request, CancellationToken cancellation)
    {
        var fields = request.Beside();
        var applicationId = Needed(request, fields.Id("applicationId"), "applicationId");
        var workflow = Needed(request, fields.CamelChoice<PasskeyWorkflow>("workflow"), "workflow");
        var (userId, loginId, passkeyId) = (fields.Id("userId"), fields.Text("loginId", JsonFields.Any), fields.Id("credentialId"));
        if (userId is null && loginId is null)
        {
            request.Errors.Add("loginId", "missing", "Name the person by userId or loginId.");
        }

        if (Closed(request) is { } refusal)
        {
            return refusal;
        }

        if (applications.Find(applicationId!.Value) is not { Active: true } application)
        {
            return ApiResult.Refused(request.Errors.Add("applicationId", "invalid", "There is no such application."));
        }

        if (!Allows(application.Settings.WebAuthnConfiguration, workflow!.Value))
        {
            return Disabled(request);
        }

        var user = userId is { } id ? await people.FindAsync(id, cancellation) : await people.FindByLoginIdAsync(loginId!, cancellation);
        if (user is null)
        {
            return ApiResult.Missing;
        }

        var own = (await passkeys.OfAsync(user.Id, cancellation)).Where(row => passkeyId is null || row.Id == passkeyId).ToList();
        if (passkeyId is not null && own.Count == 0)
        {
            return ApiResult.Missing;
        }

        var mustVerify = workflow is not PasskeyWorkflow.General;
        var challenge = challenges.Make(new PasskeyChallenge
        {
            Purpose = PasskeyPurpose.ApiAssert, UserId = user.Id, ApplicationId = application.Id, PasskeyId = passkeyId, MustVerify = mustVerify,
        });
        return ApiResult.Ok(new JsonObject { ["options"] = PasskeyOptions.Request(party, challenge, mustVerify, own) });
    }

    // Says that the passkey is there and answered, as a step before something that the application guards; it signs nobody in.
    private async Task<ApiResult> AssertAsync(ApiRequest request, CancellationToken cancellation)
    {
        var response = WebAuthnWire.ReadResponse(request, party);
        if (Closed(request) is { } refusal)
        {
            return refusal;
        }

        return await BrakedAsync(request, async () =>
            response is not null
            && await ceremonies.CheckAsync(response, challenge => challenge.Purpose is PasskeyPurpose.ApiAssert, cancellation) is { User: var user } verified
            && await ceremonies.SpendAsync(
                verified,
                async (db, now, token) =>
                {
                    var admitted = await db.Users.AnyAsync(row => row.Id == user.Id && row.Active && (row.ExpiresAt == null || row.ExpiresAt > now), token);
                    if (admitted)
                    {
                        AuditLog.Add(db, AuditLog.User(user.Id), "passkey asserted", new Dictionary<string, string> { ["passkeyId"] = verified.Passkey.Id.ToString() }, now);
                    }

                    return admitted;
                },
                cancellation)
                && await passkeys.FindAsync(verified.Passkey.Id, user.Id, cancellation) is { } used
                    ? await ShowAsync(used, cancellation)
                    : null);
    }

    private async Task<ApiResult> ListAsync(ApiRequest request, CancellationToken cancellation)
    {
        var userId = Needed(request, request.QueryId("userId"), "userId");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        return await people.FindAsync(userId!.Value, cancellation) is { } user
            ? ApiResult.Ok(new JsonObject { ["credentials"] = ApiJson.List((await passkeys.OfAsync(user.Id, cancellation)).Select(row => WebAuthnWire.Show(row, user, party))) })
            : ApiResult.Missing;
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("passkeyId");
        return request.Errors.Any ? ApiResult.Refused(request.Errors)
            : await passkeys.FindAsync(id!.Value, null, cancellation) is { } found ? await ShowAsync(found, cancellation) ?? ApiResult.Missing
            : ApiResult.Missing;
    }

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("passkeyId");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        return await passkeys.FindAsync(id!.Value, null, cancellation) is not { } found ? ApiResult.Missing
            : await IsOutOfReachAsync(request, found.UserId, cancellation) ? ApiResult.Denied
            : await passkeys.RemoveAsync(found.Id, found.UserId, request.Caller.Actor, null, null, cancellation) ? ApiResult.Empty
            : ApiResult.Missing;
    }

    private async Task<ApiResult> DeleteAllAsync(ApiRequest request, CancellationToken cancellation)
    {
        var userId = Needed(request, request.QueryId("userId"), "userId");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (await people.FindAsync(userId!.Value, cancellation) is not { } user)
        {
            return ApiResult.Missing;
        }

        if (await IsOutOfReachAsync(request, user.Id, cancellation))
        {
            return ApiResult.Denied;
        }

        foreach (var row in await passkeys.OfAsync(user.Id, cancellation))
        {
            await passkeys.RemoveAsync(row.Id, user.Id, request.Caller.Actor, null, null, cancellation);
        }

        return ApiResult.Empty;
    }

    // Whoever holds no key is slowed down by their failures, as on the page for signing in.
    private async Task<ApiResult> BrakedAsync(ApiRequest request, Func<Task<ApiResult?>> work)
    {
        var isBraked = request.Caller.IsNobody;
        if (isBraked && !brake.TryCharge(request.RemoteAddress, out var retryAfter))
        {
            return ApiResult.TooMany(retryAfter);
        }

        if (await work() is not { } result)
        {
            return ApiResult.Refused(PasskeyCeremonies.Refused());
        }

        if (isBraked)
        {
            brake.PayBack(request.RemoteAddress);
        }

        return result;
    }

    private async Task<ApiResult?> ShowAsync(Passkey row, CancellationToken cancellation) =>
        await people.FindAsync(row.UserId, cancellation) is { } user ? ApiResult.Ok(new JsonObject { ["credential"] = WebAuthnWire.Show(row, user, party) }) : null;

    private Task<bool> IsOutOfReachAsync(ApiRequest request, Guid userId, CancellationToken cancellation) => request.Caller.MayTouchAdministration
        ? Task.FromResult(false)
        : database.ReadAsync((db, token) => db.Registrations.AnyAsync(row => row.UserId == userId && row.ApplicationId == AdminApplication.Id, token), cancellation);

    private ApiResult? Closed(ApiRequest request) =>
        request.Errors.Any ? ApiResult.Refused(request.Errors) : party.IsUsable ? null : Disabled(request);

    private static ApiResult Disabled(ApiRequest request) =>
        ApiResult.Refused(request.Errors.AddGeneral("WebAuthnDisabled", "Passkeys can't be used here."));

    private static bool Allows(WebAuthnConfiguration? settings, PasskeyWorkflow workflow) => settings is null || (settings.Enabled && workflow switch
    {
        PasskeyWorkflow.Bootstrap => settings.BootstrapWorkflow is not { Enabled: false },
        PasskeyWorkflow.Reauthentication => settings.ReauthenticationWorkflow is not { Enabled: false },
        _ => true,
    });

    private static T? Needed<T>(ApiRequest request, T? value, string name)
        where T : struct
    {
        if (value is null && !request.Errors.Has(name))
        {
            request.Errors.Add(name, "missing", "Needed.");
        }

        return value;
    }
}
