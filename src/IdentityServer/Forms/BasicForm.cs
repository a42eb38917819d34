using IdentityServer.Applications;

namespace IdentityServer.Forms;

/// <summary>The form that an application without one of its own describes by a few settings: one step, so that there is one engine.</summary>
public static class BasicForm
{
    /// <summary>The form. Where nothing is said about names, the full name is asked for.</summary>
    public static Form Of(RegistrationConfiguration settings)
    {
        var fields = new List<FormField>();
        var names = new[] { settings.FullName, settings.FirstName, settings.MiddleName, settings.LastName };
        if (names.All(name => name is null))
        {
            Add("user.fullName", required: true);
        }

        AddIf("user.fullName", settings.FullName);
        AddIf("user.firstName", settings.FirstName);
        AddIf("user.middleName", settings.MiddleName);
        AddIf("user.lastName", settings.LastName);
        Add(settings.LoginIdType is LoginIdType.Username ? PredefinedFields.Username : PredefinedFields.Email, required: true);
        Add(PredefinedFields.Password, required: true, settings.ConfirmPassword);
        AddIf("user.birthDate", settings.BirthDate);
        AddIf("user.mobilePhone", settings.MobilePhone);
        AddIf("user.preferredLanguages", settings.PreferredLanguages);
        return new Form(Guid.Empty, "Basic", FormType.Registration, [new FormStep(fields)]);

        void AddIf(string key, BasicField? field)
        {
            if (field is { Enabled: true })
            {
                Add(key, field.Required);
            }
        }

        void Add(string key, bool required, bool confirm = false) => fields.Add(Predefined(Guid.Empty, key, required, confirm));
    }

    /// <summary>What a person may change of themselves where no form says so.</summary>
    public static Form Profile { get; } = new(Guid.Empty, "Profile", FormType.SelfServiceUser,
    [
        new FormStep(
        [
            .. new[] { "user.fullName", "user.firstName", "user.lastName", "user.birthDate", "user.mobilePhone", "user.preferredLanguages", "user.timezone" }
                .Select(key => Predefined(Guid.Empty, key, required: false)),
        ]),
    ]);

    /// <summary>A field for a predefined key.</summary>
    internal static FormField Predefined(Guid id, string key, bool required, bool confirm = false)
    {
        var kind = PredefinedFields.Find(key)!;
        return new FormField(
            id, kind.Name, new FieldDefinition { Key = key, Control = kind.Control, Type = kind.Type, Required = required, Confirm = confirm });
    }
}
