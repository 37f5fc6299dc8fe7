# step: majority
cat > members.yaml <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: members
data:
  one: 0
  two: 0
  three: 1
  four: 1
  five: 2
EOF
kubectl apply -f members.yaml
