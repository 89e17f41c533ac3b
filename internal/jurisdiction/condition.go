package jurisdiction

import (
	"fmt"
	"strconv"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// Condition is an expression of the pack, compiled and type-checked at load, over
//
//	age (int), sex, citizenship, own (string: the country's own citizenship),
//	region (string), level (int: 1 simplified, 2 standard, 3 verified),
//	answers.<field> of the service's form
//
// The zero Condition always holds.
type Condition struct {
	text    string
	program *vm.Program
	empty   map[string]any // an answer of the right type for every field
	own     string
}

// Facts are what is known about the applicant.
type Facts struct {
	Age         int          `yaml:"age"`
	Sex         string       `yaml:"sex,optional"` // "male", "female"
	Citizenship string       `yaml:"citizenship,optional"`
	Region      string       `yaml:"region,optional"`
	Level       AccountLevel `yaml:"level,optional"`
}

func (c *Condition) fromText(s string) error {
	c.text = s
	return nil
}

// Text is the expression as written.
func (c Condition) Text() string { return c.text }

// conditionLimit bounds the work of an expression, in nodes.
const conditionLimit = 200

// compile checks the expression against the service's form.
func (c *Condition) compile(answers types.Map, empty map[string]any, own string) error {
	if c.text == "" {
		return nil
	}
	environment := types.Map{"age": types.Int, "sex": types.String, "citizenship": types.String, "own": types.String,
		"region": types.String, "level": types.Int, "answers": answers}
	program, err := compileSafely(c.text, environment)
	if err != nil {
		return fmt.Errorf("the condition %q: %w", c.text, err)
	}
	c.program, c.empty, c.own = program, empty, own
	return nil
}

func compileSafely(source string, environment types.Map) (program *vm.Program, err error) {
	defer func() {
		if trouble := recover(); trouble != nil { // the expression library on foreign bytes
			err = fmt.Errorf("cannot be compiled")
		}
	}()
	return expr.Compile(source, expr.Env(environment), expr.AsBool(), expr.MaxNodes(conditionLimit), expr.DisableAllBuiltins())
}

// Holds works the condition out. A condition that fails does not hold.
func (c Condition) Holds(f Facts, answers map[string]any) bool {
	if c.program == nil {
		return c.text == ""
	}
	whole := make(map[string]any, len(c.empty))
	for name, none := range c.empty {
		whole[name] = none
		if given, ok := answers[name]; ok && fmt.Sprintf("%T", given) == fmt.Sprintf("%T", none) {
			whole[name] = given
		}
	}
	held, err := expr.Run(c.program, map[string]any{"age": f.Age, "sex": f.Sex, "citizenship": f.Citizenship, "own": c.own,
		"region": f.Region, "level": int(f.Level), "answers": whole})
	yes, ok := held.(bool)
	return err == nil && ok && yes
}

// answersOf are the types and the empty answers of a form.
func answersOf(s *Service) (types.Map, map[string]any) {
	kinds, empty := types.Map{}, map[string]any{}
	for _, page := range s.Form {
		for _, f := range page.Fields {
			switch f.Type {
			case FieldNumber:
				kinds[f.Code], empty[f.Code] = types.Int, 0
			case FieldConsent:
				kinds[f.Code], empty[f.Code] = types.Bool, false
			case FieldDocument, FieldAddress, FieldPerson:
				// several values: no condition may ask them
			default:
				kinds[f.Code], empty[f.Code] = types.String, ""
			}
		}
	}
	return kinds, empty
}

// answer reads an example's answer for a field.
func answer(f FormField, typed string) any {
	switch f.Type {
	case FieldNumber:
		n, _ := strconv.Atoi(typed)
		return n
	case FieldConsent:
		return typed == "true"
	}
	return typed
}
