using System.Text.Json.Nodes;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary><c>/api/user/registration</c> (§5). The rules and the transactions are those of <see cref="Registrar"/>.</summary>
internal sealed class RegistrationsApi(People people, Registrar registrar, UserSearch search, Invitations invitations)
{
    private const string Envelope = "registration";
    private const string ApplicationField = "registration.applicationId";
    private const string Roles = "registration.roles";

    /// <summary>Maps the calls. The application is in the path or, as all published clients have it, in the body (C13).</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<RegistrationsApi>(routes.ServiceProvider);
        const string One = "/api/user/registration/{userId}/{applicationId}";
        const string OneOrBody = "/api/user/registration/{userId}/{applicationId?}";
        var noun = RegistrationShape.Noun;
        routes.MapApi("POST", "/api/user/registration", RegistrationShape.Create, api.CreateAsync);
        routes.MapApi("POST", "/api/user/registration/{userId}", RegistrationShape.CreateWithId, api.CreateAsync);
        routes.MapApi("GET", One, noun.Get, api.GetAsync);
        routes.MapApi("PUT", OneOrBody, RegistrationShape.Replace, api.PutAsync);
        routes.MapApi("PATCH", OneOrBody, RegistrationShape.Patch, api.PatchAsync);
        routes.MapApi("DELETE", One, noun.Delete, api.DeleteAsync);
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var userId = request.PathId("userId");
        var fields = request.Envelope(Envelope);
        var applicationId = fields.Id("applicationId");
        if (applicationId is null && !request.Errors.Any)
        {
            request.Errors.Add(ApplicationField, "missing", "Name the application.");
        }

        var wanted = RegistrationWire.ReadNew(fields, applicationId ?? Guid.Empty, request.Beside().Flag("skipRegistrationVerification"));
        var user = request.Beside().Has("user")
            ? UserWire.ReadNew(request.Envelope("user"), userId, request.Beside().Flag("skipVerification"))
            : null;
        if (user is null && userId is null && !request.Errors.Any)
        {
            request.Errors.Add("user", "missing", "Name a user by id in the path, or describe a new one.");
        }

        var invites = user is not null && invitations.Read(request, user);
        return request.Errors.Any ? ApiResult.Refused(request.Errors)
            : AdminGuard.Denies(request, applicationId) ? ApiResult.Denied
            : user is not null ? await CreateBothAsync(request, user, wanted, invites, cancellation)
            : ApiResult.From(await registrar.CreateAsync(userId!.Value, wanted, request.Caller.Actor, cancellation), Answer);
    }

    private async Task<ApiResult> CreateBothAsync(ApiRequest request, NewUser user, NewRegistration wanted, bool invites, CancellationToken cancellation)
    {
        var outcome = await registrar.CreateAsync(user, wanted, request.Caller.Actor, cancellation, null, invites ? invitations.QueueAsync : null);
        if (outcome.Failed(out var errors, out var registered))
        {
            return ApiResult.Refused(await search.ExplainAsync(errors, user, cancellation));
        }

        var answer = Answer(registered.Registration);
        answer["user"] = UserWire.Show(registered.User, [registered.Registration], []);
        return ApiResult.Ok(answer);
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (userId, applicationId) = (request.PathId("userId"), request.PathId("applicationId"));
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var row = await registrar.FindAsync(userId!.Value, applicationId!.Value, cancellation);
        return row is null ? ApiResult.Missing : ApiResult.Ok(Answer(row));
    }

    private Task<ApiResult> PutAsync(ApiRequest request, CancellationToken cancellation)
    {
        var details = RegistrationWire.Read(request.Envelope(Envelope));
        return UpdateAsync(request, _ => details, cancellation);
    }

    private Task<ApiResult> PatchAsync(ApiRequest request, CancellationToken cancellation) =>
        UpdateAsync(request, row => Patch.Apply(request, Envelope, RegistrationWire.Show(row), RegistrationWire.Read, Roles), cancellation);

    private async Task<ApiResult> UpdateAsync(
        ApiRequest request, Func<Registration, FieldResult<RegistrationDetails>> change, CancellationToken cancellation)
    {
        var userId = request.PathId("userId");
        var applicationId = request.PathId("applicationId");
        if (applicationId is null && !request.Errors.Any)
        {
            applicationId = request.Beside().Section(Envelope).Id("applicationId");
            if (applicationId is null && !request.Errors.Any)
            {
                request.Errors.Add(ApplicationField, "missing", "Name the application, in the path or in the body.");
            }
        }

        return request.Errors.Any ? ApiResult.Refused(request.Errors)
            : AdminGuard.Denies(request, applicationId) ? ApiResult.Denied
            : await people.FindAsync(userId!.Value, cancellation) is null ? ApiResult.Missing
            : ApiResult.From(
                await registrar.UpdateAsync(userId.Value, applicationId!.Value, change, request.Caller.Actor, cancellation), Answer);
    }

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (userId, applicationId) = (request.PathId("userId"), request.PathId("applicationId"));
        return request.Errors.Any ? ApiResult.Refused(request.Errors)
            : AdminGuard.Denies(request, applicationId) ? ApiResult.Denied
            : await registrar.DeleteAsync(userId!.Value, applicationId!.Value, request.Caller.Actor, cancellation) ? ApiResult.Empty
            : ApiResult.Missing;
    }

    private static JsonObject Answer(Registration row) => new() { [Envelope] = RegistrationWire.Show(row) };
}
