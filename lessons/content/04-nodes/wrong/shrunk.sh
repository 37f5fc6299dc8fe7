# step: whole
cat > big.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: big
spec:
  containers:
    - name: app
      image: my-app:1.0
      resources:
        requests:
          cpu: 300m
EOF
kubectl apply -f big.yaml
