# step: write
cat > pod.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: my-awesome-app
spec:
  containers:
	- name: my-app-container
	  image: my-app:1.0
EOF
kubectl apply -f pod.yaml
