# step: pending
kubectl apply -f shop.yaml
cat > shop.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  type: LoadBalancer
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
EOF
kubectl apply -f shop.yaml
