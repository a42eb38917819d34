using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Forms;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;
using Microsoft.AspNetCore.Http.Extensions;

namespace IdentityServer.Account;

/// <summary>
/// <c>/account/profile</c>: people see and change what is known of them, by the self-service form of the application that
/// <c>client_id</c> names, or by a form of the server's own.
/// </summary>
internal sealed class ProfileEndpoint(
    ApplicationCatalog applications,
    FormCatalog forms,
    FormEngine engine,
    Profiles profiles,
    Registrar registrar,
    AccountGate gate,
    PostGuard guard,
    ThemeCatalog themes)
{
    private const string ClientId = "client_id";
    private const string Locale = "locale";
    private const string Saved = "saved";

    /// <summary>Maps the page.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMethods(
        Paths.Profile, [HttpMethods.Get, HttpMethods.Post], (HttpContext http, ProfileEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, cancellation));

    private async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellation)
    {
        var application = Given(http, ClientId) is { } id && applications.Find(id) is { Active: true } found ? found : null;
        var action = Url(http, application);
        List<KeyValuePair<string, string>>? posted = null;
        FieldErrors? stale = null;
        if (HttpMethods.IsPost(http.Request.Method))
        {
            posted = await ReadAsync(http, cancellation);
            stale = await guard.AllowsAsync(http) ? null : new FieldErrors().AddGeneral("stale", "This page was open for too long. Try again.");
        }

        if ((await gate.RequireAsync(http, fresh: false, cancellation, action)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var registration = application is null ? null : await registrar.FindAsync(signedIn.User.Id, application.Id, cancellation);
        var consents = await profiles.ConsentsAsync(signedIn.User.Id, cancellation);
        var form = FormOf(application, registration);
        var visit = new Visit(http, action, application, signedIn.User, registration, form, PersonAnswers.Read(form, signedIn.User, registration, consents));
        return posted is null
            ? Page(visit, engine.Begin(form, visit.Binding, visit.Known), Given(http, Saved) is not null)
            : await HandleAsync(visit, Post(posted, visit.Known), stale, cancellation);
    }

    private async Task<IResult> HandleAsync(Visit visit, FormPost post, FieldErrors? stale, CancellationToken cancellation)
    {
        visit = visit with { Action = FormPage.ActionIn(visit.Action, post) };
        if (stale is not null)
        {
            return Page(visit, engine.Again(visit.Form, post, visit.Binding, stale));
        }

        var move = engine.Handle(visit.Form, post, visit.Binding, rules: PersonAnswers.Check);
        if (move is not FormMove.Complete complete)
        {
            return Page(visit, ((FormMove.Show)move).Page);
        }

        var saved = await profiles.SaveAsync(
            visit.User.Id,
            visit.Registration is null ? null : visit.Application!.Id,
            [.. complete.Values.Where(value => !IsReadOnly(value.Field.Key.Text))],
            registers: false,
            AuditLog.User(visit.User.Id),
            cancellation);
        if (saved.Failed(out var errors, out _))
        {
            return Page(visit, engine.Refuse(complete, visit.Binding, errors));
        }

        // A page of its own, so that loading it again does not send the form again.
        visit.Http.Response.Headers.Location = visit.Action + (visit.Action.Contains('?', StringComparison.Ordinal) ? "&" : "?") + Saved + "=true";
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    // Passwords have a page of their own; what belongs to a registration needs one.
    private Form FormOf(Application? application, Registration? registration)
    {
        if (application?.Settings.FormConfiguration?.SelfServiceFormId is { } id && forms.Find(id) is { Type: FormType.SelfServiceUser } own)
        {
            var narrowed = own.Narrow(field => !field.IsSecret && (registration is not null || !field.Key.OfRegistration));
            if (narrowed.Steps.Count > 0)
            {
                return narrowed;
            }
        }

        return BasicForm.Profile;
    }

    // What one signs in with is shown, and changed elsewhere, after proving who one is.
    private static bool IsReadOnly(string key) => key is PredefinedFields.Email or PredefinedFields.Username;

    private static FormPost Post(IEnumerable<KeyValuePair<string, string>> posted, Answers known) => new(posted
        .Where(pair => !IsReadOnly(pair.Key))
        .Concat(known.All.Where(answer => IsReadOnly(answer.Key)).SelectMany(answer => answer.Value.Select(value => KeyValuePair.Create(answer.Key, value)))));

    private PageResult<FormPage> Page(Visit visit, FormProgress progress, bool saved = false)
    {
        var page = FormViews.Page(
            progress, FormPage.Profile, visit.Action, themes.LanguageOf(visit.Http.Request), field => IsReadOnly(field.Key.Text)) with
        {
            Navigation = AccountNavigation.For(visit.User, Paths.Profile),
        };
        return Themes.Page.Show(saved ? page with { Notice = Saved } : page);
    }

    private static string Url(HttpContext http, Application? application)
    {
        var query = new QueryBuilder();
        if (application is not null)
        {
            query.Add(ClientId, application.ClientId);
        }

        if (Given(http, Locale) is { } locale)
        {
            query.Add(Locale, locale);
        }

        return Paths.Profile + query.ToQueryString();
    }

    private static string? Given(HttpContext http, string name) => http.Request.Query[name] is [{ Length: > 0 and < 200 } value] ? value : null;

    private static async Task<List<KeyValuePair<string, string>>> ReadAsync(HttpContext http, CancellationToken cancellation) =>
        [.. (await PostGuard.ReadAsync(http.Request, cancellation)).SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? string.Empty)))];

    private sealed record Visit(
        HttpContext Http, string Action, Application? Application, User User, Registration? Registration, Form Form, Answers Known)
    {
        public string Binding => $"profile:{User.Id}:{Application?.Id}";
    }
}
