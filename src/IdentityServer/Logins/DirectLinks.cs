using System.Net;
using System.Text.Json;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Users;

namespace IdentityServer.Logins;

/// <summary>How people give back what they were mailed (§12 of the compatibility notes).</summary>
public enum LinkStrategy
{
    /// <summary>By opening a link.</summary>
    ClickableLink,

    /// <summary>By typing a short code; the long one, which the application keeps, is worth nothing alone.</summary>
    FormField,
}

/// <summary>A sign-in by mail that an application began.</summary>
/// <param name="Code">What the application keeps or mails itself.</param>
/// <param name="OneTimeCode">What the person types, where that is the strategy.</param>
public sealed record StartedLink(string Code, string? OneTimeCode)
{
    /// <summary>Neither code appears in a log.</summary>
    public override string ToString() => nameof(StartedLink);
}

/// <summary>
/// Sign-in by mail that applications begin through the management API and, as a rule, finish there. A link that leads to pages of
/// ours goes on with the authorize request that the application keeps in its state.
/// </summary>
public sealed class DirectLinks(
    Database database, People people, LinkStore links, LinkConfirmation confirmation, LinkLogin logins, Mailer mailer, MailLimits limits, PublicAddress address, TimeProvider clock)
{
    private const string Code = "code";
    private const string Strategy = "strategy";
    private const string State = "state";

    /// <summary>Begins a sign-in; null: there is no such person.</summary>
    public async Task<StartedLink?> StartAsync(Application application, string loginId, LinkStrategy strategy, string? state, CancellationToken cancellation)
    {
        if (await people.FindByLoginIdAsync(loginId, cancellation) is not { } user)
        {
            return null;
        }

        var made = await database.WriteAsync((db, token) => MakeAsync(db, application, user, user.EmailKey, strategy, state, token), cancellation);
        return new(made.Secret, strategy is LinkStrategy.FormField ? made.Code : null);
    }

    /// <summary>Mails what was begun. Says nothing about whether there is anything to mail.</summary>
    public async Task SendAsync(string code, Application? application, IPAddress? from, CancellationToken cancellation)
    {
        if (await FindAsync(code, cancellation) is not { UserId: { } userId } link || links.StateOf(link) is not LinkState.Waiting
            || application is null || await people.FindAsync(userId, cancellation) is not { } user || !IsMailable(user, link.EmailKey))
        {
            return;
        }

        var made = new MadeLink(link, code, links.FactsOf(link).More[Code]);
        await database.WriteAsync(
            async (db, token) =>
            {
                if (await CountAsync(db, application, user, user.EmailKey!, from, token))
                {
                    mailer.Queue(db, Draft(made, application, user, user.Email!));
                }
            },
            cancellation);
    }

    /// <summary>Begins and mails in one, for whoever that is: as slow, and as silent, where there is nobody.</summary>
    public async Task SendToAsync(Application application, string loginId, string? state, IPAddress? from, CancellationToken cancellation)
    {
        if (CanonicalKey.LoginId(loginId, out _) is not { } key)
        {
            return;
        }

        var user = await people.FindByLoginIdAsync(loginId, cancellation);
        await database.WriteAsync(
            async (db, token) =>
            {
                var addressKey = user?.EmailKey ?? key;
                var counted = await CountAsync(db, application, user, addressKey, from, token);
                var real = counted && user is not null && IsMailable(user, addressKey);
                var made = await MakeAsync(db, application, real ? user : null, counted ? addressKey : null, LinkStrategy.ClickableLink, state, token);
                var mail = Draft(made, application, user, real ? user!.Email! : key);
                if (real)
                {
                    mailer.Queue(db, mail);
                }
                else
                {
                    mailer.Pretend(db, mail);
                }
            },
            cancellation);
    }

    /// <summary>Whether a state holds an authorize request of this application, with which a link can go on.</summary>
    public static bool LeadsBack(Application application, string? state) => AuthorizeUrl(application, state, Guid.Empty) is not null;

    /// <summary>The link of a code, if it is one of these.</summary>
    public async Task<Link?> FindAsync(string code, CancellationToken cancellation) =>
        await links.FindAsync(code, cancellation) is { Purpose: LinkPurpose.SignIn, WaitingCodeHash: null } link ? link : null;

    /// <summary>What the application wanted back, as JSON.</summary>
    public string? StateOf(Link link) => links.FactsOf(link).More.GetValueOrDefault(State);

    /// <summary>Spends the code, with what was typed where that is the strategy, and says who it is.</summary>
    public async Task<LoginOutcome> FinishAsync(Link link, string code, string? typed, Application application, IPAddress? from, CancellationToken cancellation)
    {
        if ((typed is not null || links.FactsOf(link).More[Strategy] == nameof(LinkStrategy.FormField))
            && !(await confirmation.ConfirmAsync(new LinkProof { Secret = code, Typed = typed }, cancellation)).Succeeded)
        {
            return new LoginOutcome.WrongCredentials();
        }

        return await logins.FinishAsync(new LinkLoginAttempt(link, application, from) { Secret = code }, cancellation);
    }

    private async Task<MadeLink> MakeAsync(
        ServerDbContext db, Application application, User? user, string? addressKey, LinkStrategy strategy, string? state, CancellationToken token)
    {
        var wanted = new NewLink
        {
            Purpose = LinkPurpose.SignIn,
            TenantId = application.TenantId,
            UserId = user?.Id,
            ApplicationId = application.Id,
            EmailKey = addressKey,
        };
        var made = await links.MakeAsync(db, wanted, token);
        var more = new Dictionary<string, string> { [Code] = made.Code!, [Strategy] = strategy.ToString() };
        if (state is not null)
        {
            more[State] = state;
        }

        made.Row.Payload = links.Seal(made.Row.Id, new LinkFacts
        {
            Address = user?.Email,
            WaitingUrl = strategy is LinkStrategy.ClickableLink ? AuthorizeUrl(application, state, made.Row.Id) : null,
            Step = "link",
            More = more,
        });
        return made;
    }

    private MailDraft Draft(MadeLink made, Application application, User? user, string to) =>
        new(SignInMail.Of(made, application.Name, address, withUrl: links.FactsOf(made.Row).WaitingUrl is not null))
        {
            To = to,
            TenantId = application.TenantId,
            UserId = user?.Id,
            Languages = user?.PreferredLanguages ?? [],
            UsefulUntil = made.Row.ExpiresAt,
        };

    private Task<bool> CountAsync(ServerDbContext db, Application application, User? user, string addressKey, IPAddress? from, CancellationToken token) =>
        limits.TryCountAsync(db, new(MailPurpose.SignIn, addressKey) { UserId = user?.Id, ApplicationId = application.Id, RemoteAddress = from }, token);

    private bool IsMailable(User user, string? addressKey) =>
        user is { Active: true, Email: not null } && !(user.ExpiresAt <= clock.GetUtcNow()) && user.EmailKey == addressKey;

    // The authorize request that the state holds, if it is one of this application. What else must be right with it is checked there.
    private static string? AuthorizeUrl(Application application, string? state, Guid linkId)
    {
        if (state is null || JsonElement.Parse(state) is not { ValueKind: JsonValueKind.Object } parameters
            || !parameters.TryGetProperty("client_id", out var client) || client.ValueKind is not JsonValueKind.String || client.GetString() != application.ClientId)
        {
            return null;
        }

        var query = parameters.EnumerateObject().Where(pair => pair.Value.ValueKind is JsonValueKind.String && pair.Name != "link")
            .Select(pair => $"{Uri.EscapeDataString(pair.Name)}={Uri.EscapeDataString(pair.Value.GetString()!)}");
        return $"{Paths.Authorize}?{string.Join('&', query)}&link={linkId}";
    }
}
