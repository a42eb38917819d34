using System.Text.Json.Nodes;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Tenants;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary>
/// <c>/api/system/mail</c>, which FusionAuth does not have: what became of mails, and what to do about those that were given up. What
/// stands in a mail is never shown: it opens accounts.
/// </summary>
internal sealed class MailsApi(Database database, Outbox outbox, MailAvailability availability, TenantCatalog tenants, ApiChanges changes)
{
    private const string Envelope = "mail";
    private const string MailId = "mailId";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<MailsApi>(routes.ServiceProvider);
        routes.MapApi("GET", "/api/system/mail/{mailId}", MailShape.Get, api.GetAsync);
        routes.MapApi("DELETE", "/api/system/mail/{mailId}", MailShape.Delete, api.DeleteAsync);
        routes.MapApi("POST", "/api/system/mail/retry/{mailId}", MailShape.Retry, api.RetryAsync);
        routes.MapApi("GET", "/api/system/mail/search", MailShape.Search.ByGet, api.SearchAsync);
        routes.MapApi("POST", "/api/system/mail/search", MailShape.Search.ByPost, api.SearchAsync);
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId(MailId);
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var row = await database.ReadAsync((db, token) => Mails(db).FirstOrDefaultAsync(mail => mail.Id == id, token), cancellation);
        return row is null ? ApiResult.Missing : ApiResult.Ok(Answer(row));
    }

    private async Task<ApiResult> SearchAsync(ApiRequest request, CancellationToken cancellation)
    {
        var criteria = SearchCriteria.Of(request);
        var (status, template, userId) = (StatusOf(criteria, request), criteria.Text("template"), criteria.Id("userId"));
        var (start, end, first, count) = (criteria.Instant("start"), criteria.Instant("end"), criteria.StartRow(), criteria.NumberOfResults());
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        await using var db = database.Open();
        var matching = Mails(db).Where(row =>
            (status == null || row.Status == status) && (template == null || row.Template == template) && (userId == null || row.UserId == userId)
            && (start == null || row.CreatedAt >= start) && (end == null || row.CreatedAt < end));
        var found = await matching.OrderByDescending(row => row.Id).Skip(first).Take(count).ToListAsync(cancellation); // Ids grow with time.
        return ApiResult.Ok(new JsonObject { ["mails"] = ApiJson.List(found.Select(Show)), ["total"] = await matching.CountAsync(cancellation) });
    }

    private async Task<ApiResult> RetryAsync(ApiRequest request, CancellationToken cancellation)
    {
        if (!availability.IsOn)
        {
            var found = await GetAsync(request, cancellation);
            return found.Status == StatusCodes.Status200OK ? ApiResult.Of(StatusCodes.Status403Forbidden) : found; // It would wait for ever.
        }

        return ApiResult.From(await ChangeAsync(request, "mail tried again", outbox.RetryAsync, cancellation));
    }

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation) =>
        ApiResult.From(await ChangeAsync(request, "mail deleted", Outbox.DeleteAsync, cancellation));

    private Task<FieldResult<OutboxMail>?> ChangeAsync(
        ApiRequest request, string what, Func<ServerDbContext, OutboxMail, CancellationToken, Task<OutboxOutcome>> change, CancellationToken cancellation)
    {
        var id = request.PathId(MailId);
        return changes.RunAsync<OutboxMail>(
            request,
            async run =>
            {
                if (await Mails(run.Db).AsNoTracking().FirstOrDefaultAsync(mail => mail.Id == id, run.Cancellation) is not { } row)
                {
                    return null;
                }

                switch (await change(run.Db, row, run.Cancellation))
                {
                    case OutboxOutcome.NotDead:
                        return new FieldErrors().Add(MailId, "invalid", "This mail was not given up: it waits, or was sent.");
                    case OutboxOutcome.Useless:
                        return new FieldErrors().Add(MailId, "expired", "This mail is of no use any more: its link or code has expired, or it can't be read.");
                    default:
                        run.Audit(what, row.Id, null, null);
                        return row;
                }
            },
            cancellation);
    }

    private IQueryable<OutboxMail> Mails(ServerDbContext db) => Outbox.Of(db, tenants.Default.Id);

    private static MailStatus? StatusOf(SearchCriteria criteria, ApiRequest request)
    {
        if (criteria.Text("status") is not { } text)
        {
            return null;
        }

        if (Array.IndexOf(Enum.GetNames<MailStatus>(), text) is >= 0 and var index)
        {
            return Enum.GetValues<MailStatus>()[index];
        }

        request.Errors.Add("search.status", "invalid", $"One of {string.Join(", ", Enum.GetNames<MailStatus>())}.");
        return null;
    }

    private JsonObject Answer(OutboxMail row) => new() { [Envelope] = Show(row) };

    private JsonObject Show(OutboxMail row)
    {
        var glance = outbox.Look(row);
        return ApiJson.WithoutNulls(new()
        {
            ["id"] = row.Id,
            ["status"] = row.Status.ToString(),
            ["template"] = row.Template,
            ["userId"] = row.UserId,
            ["to"] = glance?.To,
            ["subject"] = glance?.Subject,
            ["attempts"] = row.Attempts,
            ["lastError"] = row.LastError,
            ["canRetry"] = glance is { CanBeTried: true },
            ["insertInstant"] = row.CreatedAt.ToUnixTimeMilliseconds(),
            ["nextAttemptInstant"] = row.Status is MailStatus.Waiting ? row.DueAt.ToUnixTimeMilliseconds() : null,
            ["finishInstant"] = row.FinishedAt?.ToUnixTimeMilliseconds(),
            ["expirationInstant"] = glance?.UsefulUntil?.ToUnixTimeMilliseconds(),
        });
    }
}
