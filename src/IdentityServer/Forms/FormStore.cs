using System.Text.Json;
using IdentityServer.Applications;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Forms;

/// <summary>The writing side of forms. Every method runs in the caller's transaction; what is refused has changed nothing.</summary>
public static class FormStore
{
    /// <summary>Makes a form under the id that the caller chose, or a new one.</summary>
    public static async Task<FieldResult<StoredForm>> CreateAsync(
        ServerDbContext db, Guid? id, FormInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        await LockAllAsync(db, cancellation);
        var errors = await CheckAsync(db, null, input, cancellation);
        if (id is { } chosen && await db.Forms.AnyAsync(row => row.Id == chosen, cancellation))
        {
            errors.Add("form.id", "duplicate", "There is a form of this id.");
        }

        if (errors.Any)
        {
            return errors;
        }

        var stored = new StoredForm
        {
            Id = id ?? Guid.CreateVersion7(now),
            Name = input.Name!,
            Type = input.Type,
            Steps = Write(input.Steps),
            Data = input.Data,
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Forms.Add(stored);
        await CatalogVersion.BumpAsync(db, cancellation);
        return stored;
    }

    /// <summary>Loads a form for a change, safe from other changes of forms until the end of the transaction; null if there is none.</summary>
    public static async Task<StoredForm?> LockAsync(ServerDbContext db, Guid id, CancellationToken cancellation)
    {
        await LockAllAsync(db, cancellation);
        return await db.Forms.SingleOrDefaultAsync(row => row.Id == id, cancellation);
    }

    /// <summary>Replaces what can change of a form that was locked: not its type.</summary>
    public static async Task<FieldResult<StoredForm>> ReplaceAsync(
        ServerDbContext db, StoredForm stored, FormInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        input = input with { Type = stored.Type };
        var errors = await CheckAsync(db, stored.Id, input, cancellation);
        if (!errors.Any && stored.Type is FormType.Registration && await UsersOf(db, stored.Id, cancellation) is [var application, ..]
            && !await AsksForLoginIdAsync(db, input.Steps, cancellation))
        {
            errors.Add("form.steps", "invalid", $"People who register in '{application}' would have neither e-mail address nor user name.");
        }

        if (errors.Any)
        {
            return errors;
        }

        stored.Name = input.Name!;
        stored.Steps = Write(input.Steps);
        stored.Data = input.Data;
        stored.UpdatedAt = now;
        await CatalogVersion.BumpAsync(db, cancellation);
        return stored;
    }

    /// <summary>Deletes a form that was locked, unless an application uses it.</summary>
    public static async Task<FieldResult<StoredForm>> DeleteAsync(ServerDbContext db, StoredForm stored, CancellationToken cancellation)
    {
        if (await UsersOf(db, stored.Id, cancellation) is [var application, ..])
        {
            return new FieldErrors().Add("form", "inUse", $"The application '{application}' uses this form.");
        }

        db.Forms.Remove(stored);
        await CatalogVersion.BumpAsync(db, cancellation);
        return stored;
    }

    /// <summary>
    /// Notes forms that an application names and that are not there, or not of the kind that belongs there. No form changes until the
    /// end of the transaction.
    /// </summary>
    public static async Task CheckReferencesAsync(ServerDbContext db, ApplicationSettings settings, FieldErrors errors, CancellationToken cancellation)
    {
        const string Registration = "application.registrationConfiguration.formId";
        var registration = settings.RegistrationConfiguration;
        var isAdvanced = registration.Type is RegistrationType.Advanced;
        if (isAdvanced && registration.FormId is null)
        {
            errors.Add(Registration, "missing", "Name the form by which people register.");
        }

        if (!References(settings).Any())
        {
            return;
        }

        await LockAllAsync(db, cancellation);
        await CheckAsync(registration.FormId, FormType.Registration, Registration);
        await CheckAsync(settings.FormConfiguration?.SelfServiceFormId, FormType.SelfServiceUser, "application.formConfiguration.selfServiceFormId");
        await CheckAsync(settings.FormConfiguration?.AdminRegistrationFormId, FormType.AdminRegistration, "application.formConfiguration.adminRegistrationFormId");

        async Task CheckAsync(Guid? id, FormType type, string field)
        {
            if (id is null)
            {
                return;
            }

            var form = await db.Forms.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellation);
            if (form?.Type != type)
            {
                errors.Add(field, "invalid", form is null ? "There is no such form." : "The form is of another type.");
            }
            else if (type is FormType.Registration && isAdvanced && !await AsksForLoginIdAsync(db, ReadSteps(form), cancellation))
            {
                errors.Add(field, "invalid", "The form asks for neither e-mail address nor user name.");
            }
        }
    }

    /// <summary>The steps of a row.</summary>
    public static IReadOnlyList<StepDefinition> ReadSteps(StoredForm stored) =>
        JsonSerializer.Deserialize<List<StepDefinition>>(stored.Steps, FieldDefinition.Json)!;

    /// <summary>Lets no other change of forms, fields or consents, or of what names them, happen until the end of the transaction.</summary>
    internal static Task LockAllAsync(ServerDbContext db, CancellationToken cancellation) =>
        db.Markers.Where(row => row.Name == ShippedFields.Marker).ExecuteUpdateAsync(set => set.SetProperty(row => row.Value, row => row.Value), cancellation);

    /// <summary>All fields, worked out.</summary>
    internal static async Task<Dictionary<Guid, FormField>> FieldsAsync(ServerDbContext db, CancellationToken cancellation) =>
        (await db.FormFields.AsNoTracking().ToListAsync(cancellation)).Select(FormCatalog.Build).ToDictionary(field => field.Id);

    private static string Write(IReadOnlyList<StepDefinition> steps) => JsonSerializer.Serialize(steps, FieldDefinition.Json);

    private static async Task<FieldErrors> CheckAsync(ServerDbContext db, Guid? self, FormInput input, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        FormRules.Check(input, await FieldsAsync(db, cancellation), errors);
        if (await db.Forms.AnyAsync(row => row.Name == input.Name && row.Id != self, cancellation))
        {
            errors.Add("form.name", "duplicate", "There is a form of this name.");
        }

        return errors;
    }

    private static async Task<bool> AsksForLoginIdAsync(ServerDbContext db, IReadOnlyList<StepDefinition> steps, CancellationToken cancellation)
    {
        var fields = await FieldsAsync(db, cancellation);
        return FormRules.AsksForLoginId(steps.SelectMany(step => step.Fields).Where(fields.ContainsKey).Select(id => fields[id]));
    }

    // Names of the applications that use a form. The text is looked for first: settings are JSON, and there may be many.
    private static async Task<List<string>> UsersOf(ServerDbContext db, Guid id, CancellationToken cancellation)
    {
        var text = id.ToString();
        var candidates = await db.Applications.AsNoTracking().Where(row => row.Settings.Contains(text))
            .Select(row => new { row.Name, row.Settings }).ToListAsync(cancellation);
        return [.. candidates
            .Where(row => References(JsonSerializer.Deserialize<ApplicationSettings>(row.Settings, ApplicationSettings.Json)!).Contains(id))
            .Select(row => row.Name)];
    }

    private static IEnumerable<Guid> References(ApplicationSettings settings) =>
        new[]
        {
            settings.RegistrationConfiguration.FormId,
            settings.FormConfiguration?.SelfServiceFormId,
            settings.FormConfiguration?.AdminRegistrationFormId,
        }.OfType<Guid>();
}
