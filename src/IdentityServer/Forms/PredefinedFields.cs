using System.Collections.Frozen;

namespace IdentityServer.Forms;

/// <summary>A predefined key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Control">Its control.</param>
/// <param name="Type">Its type.</param>
/// <param name="Name">The name of the field that a new server ships for it.</param>
/// <param name="Autocomplete">What browsers fill it in from (HTML §4.10.18.7.1).</param>
public sealed record PredefinedField(string Key, FormControl Control, FormDataType Type, string Name, string Autocomplete);

/// <summary>The keys that the server knows by itself, with the control and type that belong to each.</summary>
public static class PredefinedFields
{
    /// <summary>The key of the e-mail address.</summary>
    public const string Email = "user.email";

    /// <summary>The key of the user name.</summary>
    public const string Username = "user.username";

    /// <summary>The key of the password.</summary>
    public const string Password = "user.password";

    /// <summary>The key of the roles, which only admins' forms may name.</summary>
    public const string Roles = "registration.roles";

    // The shipped fields' ids count along this list: it grows at its end.
    private static readonly PredefinedField[] Table =
    [
        new(Email, FormControl.Text, FormDataType.Email, "Standard e-mail", "email"),
        new(Username, FormControl.Text, FormDataType.String, "Standard user name", "username"),
        new(Password, FormControl.Password, FormDataType.String, "Standard password", "new-password"),
        new("user.fullName", FormControl.Text, FormDataType.String, "Standard full name", "name"),
        new("user.firstName", FormControl.Text, FormDataType.String, "Standard first name", "given-name"),
        new("user.middleName", FormControl.Text, FormDataType.String, "Standard middle name", "additional-name"),
        new("user.lastName", FormControl.Text, FormDataType.String, "Standard last name", "family-name"),
        new("user.birthDate", FormControl.Text, FormDataType.Date, "Standard birth date", "bday"),
        new("user.mobilePhone", FormControl.Text, FormDataType.PhoneNumber, "Standard mobile phone", "tel"),
        new("user.phoneNumber", FormControl.Text, FormDataType.PhoneNumber, "Standard phone number", "tel"),
        new("user.imageUrl", FormControl.Text, FormDataType.String, "Standard picture", "photo"),
        new("user.preferredLanguages", FormControl.Select, FormDataType.String, "Standard language", "language"),
        new("user.timezone", FormControl.Select, FormDataType.String, "Standard time zone", "off"),
        new("registration.username", FormControl.Text, FormDataType.String, "Standard display name", "nickname"),
        new("registration.preferredLanguages", FormControl.Select, FormDataType.String, "Standard language in the application", "language"),
        new("registration.timezone", FormControl.Select, FormDataType.String, "Standard time zone in the application", "off"),
        new(Roles, FormControl.Checkbox, FormDataType.String, "Standard roles", "off"),
    ];

    private static readonly FrozenDictionary<string, PredefinedField> ByKey = Table.ToFrozenDictionary(field => field.Key, StringComparer.Ordinal);

    /// <summary>Every predefined key, in the order in which a new server ships its fields.</summary>
    public static IReadOnlyList<PredefinedField> All => Table;

    /// <summary>Whether people sign in with what this field asks for, so that nobody else may have the same.</summary>
    public static bool SignsIn(FormField field) => field.Key.Text is Email or Username;

    /// <summary>What belongs to this key, or null if it is not predefined.</summary>
    public static PredefinedField? Find(string key) => ByKey.GetValueOrDefault(key);
}
