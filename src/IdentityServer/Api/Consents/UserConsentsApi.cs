using System.Text.Json.Nodes;
using IdentityServer.Data;
using IdentityServer.Forms;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary><c>/api/user/consent</c> (§16.4): what people agreed to. A delete withdraws; the record stays.</summary>
internal sealed class UserConsentsApi(Database database, ApiChanges changes)
{
    private const string Envelope = "userConsent";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<UserConsentsApi>(routes.ServiceProvider);
        const string Many = "/api/user/consent/{userConsentId?}";
        const string One = "/api/user/consent/{userConsentId}";
        var noun = UserConsentShape.Noun;
        routes.MapApi("POST", Many, noun.Create, api.CreateAsync);
        routes.MapApi("GET", "/api/user/consent", UserConsentShape.List, api.GetAsync);
        routes.MapApi("GET", One, noun.Get, api.GetAsync);
        routes.MapApi("PUT", One, noun.Replace, api.PutAsync);
        routes.MapApi("PATCH", One, noun.Patch, api.PatchAsync);
        routes.MapApi("DELETE", One, noun.Delete, api.DeleteAsync);
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("userConsentId");
        var fields = request.Envelope(Envelope);
        var (userId, consentId, giverId) = (fields.Id("userId"), fields.Id("consentId"), fields.Id("giverUserId"));
        var input = Read(fields);
        if (userId is null || consentId is null)
        {
            request.Errors.Add(userId is null ? "userConsent.userId" : "userConsent.consentId", "missing", "Name the person and the consent.");
        }

        return ApiResult.From(
            await changes.RunAsync<UserConsent>(
                request,
                async change =>
                {
                    var row = new UserConsent
                    {
                        Id = id ?? Guid.CreateVersion7(change.Now),
                        UserId = userId!.Value,
                        ConsentId = consentId!.Value,
                        GiverUserId = giverId ?? userId.Value,
                        CreatedAt = change.Now,
                        UpdatedAt = change.Now,
                    };
                    if (await CheckNewAsync(change, row) is { Any: true } errors)
                    {
                        return errors;
                    }

                    return await SetAsync(change, row, input, isNew: true);
                },
                cancellation),
            Answer);
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (id, userId) = (request.PathId("userConsentId"), request.QueryId("userId"));
        if (id is null && userId is null && !request.Errors.Any)
        {
            request.Errors.Add("userId", "missing", "Name a person.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var found = await database.ReadAsync(
            (db, token) => db.UserConsents.Where(row => id == null ? row.UserId == userId : row.Id == id).OrderBy(row => row.CreatedAt).ToListAsync(token),
            cancellation);
        return id is null ? ApiResult.Ok(new JsonObject { ["userConsents"] = ApiJson.List(found.Select(Show)) })
            : found is [var one] ? ApiResult.Ok(Answer(one))
            : ApiResult.Missing;
    }

    private async Task<ApiResult> PutAsync(ApiRequest request, CancellationToken cancellation)
    {
        var input = Read(request.Envelope(Envelope));
        return ApiResult.From(await ChangeAsync(request, (change, row) => SetAsync(change, row, input), cancellation), Answer);
    }

    private async Task<ApiResult> PatchAsync(ApiRequest request, CancellationToken cancellation) => ApiResult.From(
        await ChangeAsync(
            request,
            async (change, row) => Patch.Apply(request, Envelope, Show(row), Read).Failed(out var errors, out var input)
                ? errors
                : await SetAsync(change, row, input),
            cancellation),
        Answer);

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation) => ApiResult.From(await ChangeAsync(
        request, (change, row) => SetAsync(change, row, new(row.Values, ConsentStatus.Revoked, row.Data)), cancellation));

    private async Task<FieldResult<UserConsent>?> ChangeAsync(
        ApiRequest request, Func<ApiChange, UserConsent, Task<FieldResult<UserConsent>>> change, CancellationToken cancellation)
    {
        var id = request.PathId("userConsentId");
        return await changes.RunAsync<UserConsent>(
            request,
            async run => await run.Db.UserConsents.SingleOrDefaultAsync(row => row.Id == id, run.Cancellation) is { } row
                ? (FieldResult<UserConsent>?)await change(run, row)
                : null,
            cancellation);
    }

    private static async Task<FieldErrors> CheckNewAsync(ApiChange change, UserConsent row)
    {
        var errors = new FieldErrors();
        if (!await change.Db.Users.AnyAsync(user => user.Id == row.UserId, change.Cancellation))
        {
            errors.Add("userConsent.userId", "invalid", "There is no such person.");
        }

        if (!await change.Db.Users.AnyAsync(user => user.Id == row.GiverUserId, change.Cancellation))
        {
            errors.Add("userConsent.giverUserId", "invalid", "There is no such person.");
        }

        if (await change.Db.UserConsents.AnyAsync(other => other.Id == row.Id, change.Cancellation))
        {
            errors.Add("userConsent.id", "duplicate", "There is a record of this id.");
        }

        if (await change.Db.UserConsents.AnyAsync(other => other.UserId == row.UserId && other.ConsentId == row.ConsentId, change.Cancellation))
        {
            errors.Add("userConsent.consentId", "duplicate", "The person was asked already; change that record.");
        }

        return errors;
    }

    private static async Task<FieldResult<UserConsent>> SetAsync(ApiChange change, UserConsent row, UserConsentInput input, bool isNew = false)
    {
        var consentId = row.ConsentId;
        var consent = await change.Db.ConsentDefinitions.AsNoTracking().SingleOrDefaultAsync(other => other.Id == consentId, change.Cancellation);
        if (consent is null)
        {
            return new FieldErrors().Add("userConsent.consentId", "invalid", "There is no such consent.");
        }

        if (input.Values.Except(consent.Values, StringComparer.Ordinal).Any() || (input.Values.Count > 1 && !consent.MultipleValuesAllowed))
        {
            return new FieldErrors().Add("userConsent.values", "invalid", "The consent has no such values, or not several at once.");
        }

        var before = isNew ? null : Show(row);
        row.Values = [.. input.Values];
        row.Status = input.Status;
        row.Data = input.Data;
        row.UpdatedAt = change.Now;
        if (isNew)
        {
            change.Db.UserConsents.Add(row);
        }

        change.Audit(isNew ? "Recorded a user's consent" : "Changed a user's consent", row.Id, before, Show(row));
        return row;
    }

    private static UserConsentInput Read(JsonFields fields) => new(
        fields.Texts("values", JsonFields.Short) ?? [], fields.Choice<ConsentStatus>("status") ?? ConsentStatus.Active, fields.Free("data").ToJsonString(ApiJson.Options));

    private static JsonObject Show(UserConsent row) => new()
    {
        ["id"] = row.Id,
        ["userId"] = row.UserId,
        ["consentId"] = row.ConsentId,
        ["giverUserId"] = row.GiverUserId,
        ["status"] = row.Status.ToString(),
        ["values"] = new JsonArray([.. row.Values.Select(value => JsonValue.Create(value))]),
        ["data"] = JsonNode.Parse(row.Data),
        ["insertInstant"] = row.CreatedAt.ToUnixTimeMilliseconds(),
        ["lastUpdateInstant"] = row.UpdatedAt.ToUnixTimeMilliseconds(),
    };

    private static JsonObject Answer(UserConsent row) => new() { [Envelope] = Show(row) };

    private sealed record UserConsentInput(IReadOnlyList<string> Values, ConsentStatus Status, string Data);
}
