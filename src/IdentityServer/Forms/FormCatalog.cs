using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.Json;
using IdentityServer.Applications;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Forms;

/// <summary>All forms and fields, in memory. Reloaded when <see cref="CatalogVersion"/> says that they changed.</summary>
public sealed class FormCatalog(Database database) : ICatalog
{
    private readonly ConditionalWeakTable<RegistrationConfiguration, Form> basic = [];
    private readonly ConditionalWeakTable<Form, Form> verifying = [];
    private volatile Snapshot current = new([], []);

    /// <summary>The form with this id, or null.</summary>
    public Form? Find(Guid id) => current.Forms.GetValueOrDefault(id);

    /// <summary>
    /// The form by which people register themselves in an application: its own, or the basic one that its settings describe, which
    /// also stands in for one that is gone.
    /// </summary>
    public Form RegistrationForm(Application application)
    {
        var settings = application.Settings.RegistrationConfiguration;
        return settings is { Type: RegistrationType.Advanced, FormId: { } id } && Find(id) is { } own
            ? own
            : basic.GetValue(settings, BasicForm.Of);
    }

    /// <summary>
    /// The same as people see it who have no account. Where an application lets nobody in whose address is not proven, it is proven
    /// before there is an account, so that no stranger learns who has one.
    /// </summary>
    public Form SelfRegistrationForm(Application application)
    {
        var form = RegistrationForm(application);
        return application.Unverified is UnverifiedBehavior.Allow ? form : verifying.GetValue(form, own => own.Verifying());
    }

    /// <inheritdoc/>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        var (fields, forms) = await database.ReadAsync(
            async (db, token) => (await db.FormFields.ToListAsync(token), await db.Forms.ToListAsync(token)), cancellation);
        current = new Snapshot(fields, forms);
    }

    /// <summary>Works out a form from rows.</summary>
    internal static Form Build(StoredForm form, IReadOnlyDictionary<Guid, FormField> fields) => new(
        form.Id,
        form.Name,
        form.Type,
        [.. FormStore.ReadSteps(form).Select(step => new FormStep([.. step.Fields.Where(fields.ContainsKey).Select(id => fields[id])])
        {
            Type = step.Type,
            Title = step.Title,
            Titles = step.Titles,
        })]);

    /// <summary>Works out a field from a row.</summary>
    internal static FormField Build(StoredFormField field) =>
        new(field.Id, field.Name, JsonSerializer.Deserialize<FieldDefinition>(field.Definition, FieldDefinition.Json)!);

    private sealed class Snapshot
    {
        public Snapshot(IEnumerable<StoredFormField> fields, IEnumerable<StoredForm> forms)
        {
            var known = fields.Select(Build).ToDictionary(field => field.Id);
            Forms = forms.Select(form => Build(form, known)).ToFrozenDictionary(form => form.Id);
        }

        public FrozenDictionary<Guid, Form> Forms { get; }
    }
}
